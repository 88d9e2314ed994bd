from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class InspectOriginalSettings(Settings):
    """`pixel_limit` counts width x height x frames; `decoder_bytes_limit` is what a decoder may
    need, foretold from the header."""

    table_name: str
    originals_bucket: str
    image_bytes_limit: int
    pixel_limit: int
    decoder_bytes_limit: int
