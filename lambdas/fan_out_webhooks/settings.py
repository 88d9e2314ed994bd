from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class FanOutWebhooksSettings(Settings):
    """`webhooks_queue_url` is where deliveries wait."""

    table_name: str
    webhooks_queue_url: str
