"""State `probe_video`: record what a video holds, and tell what its job is sized by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from probe_video.settings import ProbeVideoSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.events import Run
from spool.model import utc_now
from spool.services.probing import Prober
from spool.video.limits import VideoLimits


@cache
def prober() -> Prober:
    settings = ProbeVideoSettings.from_environment()
    return Prober(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Objects(bucket=settings.originals_bucket),
        limits=VideoLimits(
            pixels=settings.video_pixel_limit,
            duration=settings.video_duration_limit,
            audio_required=settings.video_audio_required,
        ),
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    return prober().probe(Run.from_dict(event), event["inspection"]).to_dict()
