"""The catalogue's stream: publish each change of an asset's status, and how far transcoding is."""

from __future__ import annotations

from functools import cache
from typing import Any

from notify_status.settings import NotifyStatusSettings
from spool.aws.news import EventBridgeNews
from spool.aws.runtime import begin
from spool.aws.streams import changes
from spool.services.news import Newsroom


@cache
def newsroom() -> Newsroom:
    return Newsroom(
        news=EventBridgeNews(bus=NotifyStatusSettings.from_environment().event_bus_name)
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """A refused record is read again, with those behind it, from its sequence number on."""
    refused = newsroom().tell(changes(event))
    if refused is None:
        return {"batchItemFailures": []}
    begin(sequence_number=refused).warning("The bus did not take everything.")
    return {"batchItemFailures": [{"itemIdentifier": refused}]}
