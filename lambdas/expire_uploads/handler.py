"""Every few minutes: uploads that never came give back what they held."""

from __future__ import annotations

from functools import cache
from typing import Any

from expire_uploads.settings import ExpireUploadsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import begin
from spool.aws.uploads import S3Uploads
from spool.model import utc_now
from spool.services.expiring import Sweep

_ROUND_MILLIS = 60_000  # of a hundred uploads, at the slowest


@cache
def sweep() -> Sweep:
    settings = ExpireUploadsSettings.from_environment()
    return Sweep(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        uploads=S3Uploads(bucket=settings.originals_bucket),
        originals=S3Objects(bucket=settings.originals_bucket),
        clock=utc_now,
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    log = begin(event.get("id"))
    swept = sweep().run(lambda: context.get_remaining_time_in_millis() > _ROUND_MILLIS)
    log.info("swept", uploads=swept)
    return {"uploads": swept}
