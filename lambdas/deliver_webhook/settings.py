from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class DeliverWebhookSettings(Settings):
    """`webhooks_queue_url` is the function's own queue; `dead_letters_url` takes what was given
    up."""

    table_name: str
    webhooks_queue_url: str
    dead_letters_url: str
    event_bus_name: str
