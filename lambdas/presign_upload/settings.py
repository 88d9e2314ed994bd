from __future__ import annotations

from dataclasses import dataclass

from spool.settings import ReservationSettings


@dataclass(frozen=True, kw_only=True)
class PresignUploadSettings(ReservationSettings):
    """`private_projects` as `{orgId}/{projectId}`."""

    private_content: bool
    private_projects: tuple[str, ...]
