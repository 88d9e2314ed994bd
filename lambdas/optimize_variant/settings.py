from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class OptimizeVariantSettings(Settings):
    renditions_bucket: str
    variants_bucket: str
