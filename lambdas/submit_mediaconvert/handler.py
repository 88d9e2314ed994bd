"""State `submit_mediaconvert`: one MediaConvert job per run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.mediaconvert import MediaConvertQueue
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.aws.transcodes import DynamoTranscodes
from spool.events import Run
from spool.model import utc_now
from spool.services.transcoding import Submitter
from spool.video.source import VideoSource
from submit_mediaconvert.settings import SubmitMediaconvertSettings


@cache
def submitter() -> Submitter:
    settings = SubmitMediaconvertSettings.from_environment()
    return Submitter(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Objects(bucket=settings.originals_bucket),
        transcodes=DynamoTranscodes(table=settings.table_name),
        encoder=MediaConvertQueue(
            queue=settings.mediaconvert_queue, role=settings.mediaconvert_role, clock=utc_now
        ),
        originals_bucket=settings.originals_bucket,
        renditions_bucket=settings.renditions_bucket,
        uhd=settings.uhd_rung,
        clock=utc_now,
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    source = VideoSource.from_dict(event["source"])
    return {"waitSeconds": submitter().submit(Run.from_dict(event), source)}
