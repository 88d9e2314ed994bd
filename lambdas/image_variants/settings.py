from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ImageVariantsSettings(Settings):
    """`large_mip`: whether larger pictures keep an intermediate of 3840 px."""

    originals_bucket: str
    renditions_bucket: str
    large_mip: bool
