from __future__ import annotations

from dataclasses import dataclass

from spool.settings import UploadSettings


@dataclass(frozen=True, kw_only=True)
class PresignUploadSettings(UploadSettings):
    """`url_expiry` in seconds."""

    table_name: str
    originals_bucket: str
    url_expiry: int
