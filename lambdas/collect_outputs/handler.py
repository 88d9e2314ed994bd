"""State `collect_outputs`: check what the encoder made of a video, and join its MP4s."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from collect_outputs.settings import CollectOutputsSettings
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.events import Run
from spool.services.collection import Collector
from spool.video.source import VideoSource


@cache
def collector() -> Collector:
    settings = CollectOutputsSettings.from_environment()
    return Collector(
        originals=S3Objects(bucket=settings.originals_bucket),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        uhd=settings.uhd_rung,
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    source = VideoSource.from_dict(event["source"])
    return {"renditions": collector().collect(Run.from_dict(event), source)}
