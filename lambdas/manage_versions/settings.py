from __future__ import annotations

from dataclasses import dataclass

from spool.settings import QuotaSettings


@dataclass(frozen=True, kw_only=True)
class ManageVersionsSettings(QuotaSettings):
    """`cursor_secret` is the ARN of what signs cursors."""

    table_name: str
    originals_bucket: str
    cursor_secret: str
