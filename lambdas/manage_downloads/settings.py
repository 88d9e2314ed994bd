from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ManageDownloadsSettings(Settings):
    """`url_expiry` in seconds."""

    table_name: str
    renditions_bucket: str
    queue_url: str
    url_expiry: int
    download_bytes_limit: int
