"""Messages of the encodes' queue: each names a variant that is worth a small encode."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from optimize_variant.settings import OptimizeVariantSettings
from spool.aws.encodes import requested
from spool.aws.objects import S3Objects
from spool.aws.runtime import begin, count
from spool.errors import MediaError, RequestError
from spool.services.optimizing import Optimizer
from spool.services.source import Sources


@cache
def optimizer() -> Optimizer:
    settings = OptimizeVariantSettings.from_environment()
    renditions = S3Objects(bucket=settings.renditions_bucket)
    return Optimizer(
        sources=Sources(renditions=renditions),
        renditions=renditions,
        variants=S3Objects(bucket=settings.variants_bucket),
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """What fails goes back to the queue, and what can never succeed does not."""
    failed = [record["messageId"] for record in event["Records"] if not _settled(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _settled(record: Mapping[str, Any]) -> bool:
    log = begin(record["messageId"])
    try:
        key, etag = requested(record)
        log.append_keys(key=key)
        replaced = optimizer().optimize(key, etag)
    except (MediaError, RequestError) as error:
        log.warning(str(error), code=error.code)
        count("VariantNotOptimized")
    except Exception:
        log.exception("The variant goes back to the queue.")
        return False
    else:
        log.info("optimized" if replaced else "This variant is not what it was, or gone.")
    return True
