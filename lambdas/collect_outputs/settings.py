from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class CollectOutputsSettings(Settings):
    """`uhd_rung`: 1 where the ladder goes on to 2160p, else 0."""

    originals_bucket: str
    renditions_bucket: str
    uhd_rung: int
