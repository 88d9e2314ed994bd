"""Messages of the encodes' queue: each names a variant that is worth a small encode."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from optimize_variant.settings import OptimizeVariantSettings
from spool.aws.encodes import requested
from spool.aws.objects import S3Objects
from spool.aws.runtime import count, logger, queue_function
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


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    log = logger()
    key, etag = requested(record)
    log.append_keys(key=key)
    try:
        replaced = optimizer().optimize(key, etag)
    except (MediaError, RequestError) as error:  # no retry can mend it: dropped, and counted
        log.warning(str(error), code=error.code)
        count("VariantNotOptimized")
    else:
        log.info("optimized" if replaced else "This variant is not what it was, or gone.")
