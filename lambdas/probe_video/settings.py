from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ProbeVideoSettings(Settings):
    """`video_pixel_limit` counts width x height of a coded frame, `video_duration_limit` is in
    seconds."""

    table_name: str
    originals_bucket: str
    video_pixel_limit: int
    video_duration_limit: int
    video_audio_required: bool
