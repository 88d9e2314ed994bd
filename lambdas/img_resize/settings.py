from __future__ import annotations

from collections.abc import Sequence
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
    variants_expiry_days: int

    @property
    def widths(self) -> Sequence[int]:
        return [int(width) for width in self.img_widths.split(",")]
