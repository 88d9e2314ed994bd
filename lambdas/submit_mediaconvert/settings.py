from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class SubmitMediaconvertSettings(Settings):
    """`mediaconvert_queue` and `mediaconvert_role` are ARNs; `uhd_rung`: whether the ladder may go
    up to 2160p."""

    table_name: str
    originals_bucket: str
    renditions_bucket: str
    mediaconvert_queue: str
    mediaconvert_role: str
    uhd_rung: bool
