"""MediaConvert's Job State Change events: what they say is added to the run's record."""

from __future__ import annotations

from functools import cache
from typing import Any

from on_mediaconvert_event.settings import OnMediaconvertEventSettings
from spool.aws.runtime import begin
from spool.aws.transcodes import DynamoTranscodes
from spool.errors import NotFound
from spool.events import JobStateChange
from spool.services.transcodes import hear


@cache
def transcodes() -> DynamoTranscodes:
    return DynamoTranscodes(table=OnMediaconvertEventSettings.from_environment().table_name)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """An event that can't be stored is delivered again. Its loss is mended by the next look."""
    change = JobStateChange.from_event(event)
    log = begin(change.correlation_id, job_id=change.job_id)
    if change.key is None:
        log.info("This job is not one of ours.")
        return {}
    log.append_keys(media_id=change.key.media_id, attempt=change.key.attempt)
    try:
        transcode = hear(transcodes(), change.key, change.job_id, change.report)
    except NotFound as error:
        log.info(str(error))
        return {}
    if transcode.job_id != change.job_id:
        log.info("The run has another job.", job=transcode.job_id)
    else:
        log.info("heard", status=transcode.status, percent=transcode.percent)
    return {}
