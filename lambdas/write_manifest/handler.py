"""States `write_manifest` and `mark_failed`: a run's end, good or bad."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import count, state
from spool.events import Run
from spool.model import utc_now
from spool.services.failures import Failure
from spool.services.publication import Publisher
from write_manifest.settings import WriteManifestSettings


@cache
def publisher() -> Publisher:
    settings = WriteManifestSettings.from_environment()
    return Publisher(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        cdn_url=settings.cdn_url,
        clock=utc_now,
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    run = Run.from_dict(event)
    if "error" in event:
        failure = Failure.from_state(event["error"])
        publisher().fail(run, failure, event["stage"])
        count("AssetFailed", code=failure.code)
        return {"status": "failed", "code": failure.code, "permanent": failure.permanent}
    publisher().publish(run, event["inspection"], event["renditions"])
    count("AssetReady")
    return {"status": "ready"}
