"""State `video_stills`: make a video's poster, its thumbnails and its sprites."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.events import Run
from spool.model import utc_now
from spool.services.stills import StillMaker
from spool.video.source import VideoSource
from video_stills.settings import VideoStillsSettings


@cache
def still_maker() -> StillMaker:
    settings = VideoStillsSettings.from_environment()
    return StillMaker(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        renditions=S3Objects(bucket=settings.renditions_bucket),
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    source = VideoSource.from_dict(event["source"])
    return {"renditions": still_maker().make(Run.from_dict(event), source)}
