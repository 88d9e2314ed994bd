from __future__ import annotations

from dataclasses import dataclass

from spool.settings import UploadSettings


@dataclass(frozen=True, kw_only=True)
class ManageUploadSettings(UploadSettings):
    """`url_expiry` in seconds; `cursor_secret` is the ARN of what signs cursors."""

    table_name: str
    originals_bucket: str
    url_expiry: int
    cursor_secret: str
