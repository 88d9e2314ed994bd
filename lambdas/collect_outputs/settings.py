from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class CollectOutputsSettings(Settings):
    """`uhd_rung`: whether the ladder may go up to 2160p."""

    originals_bucket: str
    renditions_bucket: str
    uhd_rung: bool
