"""Every few minutes: uploads that never came give back what they held."""

from __future__ import annotations

from typing import Any

from expire_uploads.settings import ExpireUploadsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.runtime import begin
from spool.aws.uploads import S3Uploads
from spool.model import utc_now
from spool.services.expiring import Sweep

_LEAST_MILLIS = 10_000
"""A round of a hundred uploads takes less."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    log = begin(event.get("id"))
    settings = ExpireUploadsSettings.from_environment()
    sweep = Sweep(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        uploads=S3Uploads(bucket=settings.originals_bucket),
        clock=utc_now,
        has_time=lambda: context.get_remaining_time_in_millis() > _LEAST_MILLIS,
    )
    swept = sweep.run()
    log.info("swept", uploads=swept)
    return {"uploads": swept}
