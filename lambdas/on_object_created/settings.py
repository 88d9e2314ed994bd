from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class OnObjectCreatedSettings(Settings):
    """`private_projects` as `{orgId}/{projectId}`."""

    table_name: str
    state_machine_arn: str
    reconciliation_queue_url: str
    private_projects: tuple[str, ...]
