from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ManageJobsSettings(Settings):
    """`cursor_secret` is the ARN of what signs cursors."""

    table_name: str
    originals_bucket: str
    state_machine_arn: str
    intake_queue_url: str
    cursor_secret: str
