from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ManageCommentsSettings(Settings):
    """`cursor_secret` is the ARN of what signs cursors."""

    table_name: str
    cursor_secret: str
