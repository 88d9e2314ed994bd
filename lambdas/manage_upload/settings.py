from __future__ import annotations

from dataclasses import dataclass

from spool.settings import ReservationSettings


@dataclass(frozen=True, kw_only=True)
class ManageUploadSettings(ReservationSettings):
    """`cursor_secret` is the ARN of what signs cursors."""

    cursor_secret: str
