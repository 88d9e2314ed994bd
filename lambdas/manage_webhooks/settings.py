from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ManageWebhooksSettings(Settings):
    """`cursor_secret` is the ARN of what signs cursors, `webhooks_queue_url` where deliveries
    wait."""

    table_name: str
    cursor_secret: str
    webhooks_queue_url: str
