from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ManageUploadSettings(Settings):
    """`url_expiry` in seconds, `image_bytes_limit` in bytes."""

    table_name: str
    originals_bucket: str
    url_expiry: int
    image_bytes_limit: int
