from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ImgResizeSettings(Settings):
    """`img_widths` is the ladder, with commas between its widths."""

    table_name: str
    renditions_bucket: str
    variants_bucket: str
    demand_table: str
    encodes_queue_url: str
    img_widths: str
    variants_limit: int
