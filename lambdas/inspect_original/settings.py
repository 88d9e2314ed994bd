from __future__ import annotations

from dataclasses import dataclass

from spool.settings import UploadSettings


@dataclass(frozen=True, kw_only=True)
class InspectOriginalSettings(UploadSettings):
    """`pixel_limit` counts width x height x frames; `decoder_bytes_limit` is what a decoder may
    need, foretold from the header."""

    table_name: str
    originals_bucket: str
    pixel_limit: int
    decoder_bytes_limit: int
