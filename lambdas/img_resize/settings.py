from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ImgResizeSettings(Settings):
    """`widths` is the ladder, in pixels."""

    table_name: str
    renditions_bucket: str
    variants_bucket: str
    demand_table: str
    encodes_queue_url: str
    widths: tuple[int, ...]
    variants_limit: int
    variants_expiry_days: int
