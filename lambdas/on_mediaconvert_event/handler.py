"""MediaConvert's Job State Change events: what they say is added to the run's record."""

from __future__ import annotations

from functools import cache
from typing import Any

from on_mediaconvert_event.settings import OnMediaconvertEventSettings
from spool.aws.mediaconvert import MediaConvertJobs
from spool.aws.runtime import begin
from spool.aws.transcodes import DynamoTranscodes
from spool.events import JobStateChange
from spool.model import utc_now
from spool.services.transcodes import Listener


@cache
def listener() -> Listener:
    settings = OnMediaconvertEventSettings.from_environment()
    return Listener(
        transcodes=DynamoTranscodes(table=settings.table_name),
        jobs=MediaConvertJobs(clock=utc_now),
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """An event that can't be stored is delivered again. Its loss is mended by the next look."""
    change = JobStateChange.from_event(event)
    log = begin(change.correlation_id, job_id=change.job_id)
    transcode = listener().listen(change)
    if transcode is None:
        log.info("This job is of no run that is known.")
    elif transcode.job_id != change.job_id:
        log.warning("A second job of one run was cancelled.", job=transcode.job_id)
    else:
        log.info("heard", status=transcode.status, percent=transcode.percent)
    return {}
