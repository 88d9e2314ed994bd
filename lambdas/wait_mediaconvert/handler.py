"""State `wait_mediaconvert`: is the run's job done, and if not, when to look again?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.mediaconvert import MediaConvertJobs
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.aws.transcodes import DynamoTranscodes
from spool.events import Run
from spool.model import utc_now
from spool.services.waiting import Waiter
from spool.video.source import VideoSource
from wait_mediaconvert.settings import WaitMediaconvertSettings


@cache
def waiter() -> Waiter:
    settings = WaitMediaconvertSettings.from_environment()
    return Waiter(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Objects(bucket=settings.originals_bucket),
        transcodes=DynamoTranscodes(table=settings.table_name),
        jobs=MediaConvertJobs(clock=utc_now),
        clock=utc_now,
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    duration = VideoSource.from_dict(event["source"]).duration
    return dict(waiter().look(Run.from_dict(event), duration))
