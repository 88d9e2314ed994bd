"""News of assets on the EventBridge bus."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.events import NEWS_SOURCE, Announcement

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

# PutEvents takes up to 10 entries of 256 KiB together; AWS counts source and types with them.
BATCH_ENTRIES = 10
BATCH_BYTES = 256 * 1024 - 10 * 1024


@dataclass(frozen=True, kw_only=True)
class EventBridgeNews:
    """Implements `ports.News`."""

    bus: str
    client: Callable[[], EventBridgeClient] = clients.events

    def publish(self, entries: Sequence[Announcement]) -> Sequence[int]:
        refused: list[int] = []
        for batch in _batches([json.dumps(entry.detail) for entry in entries]):
            answer = self.client().put_events(
                Entries=[
                    {
                        "EventBusName": self.bus,
                        "Source": NEWS_SOURCE,
                        "DetailType": entries[index].detail_type,
                        "Detail": detail,
                    }
                    for index, detail in batch
                ]
            )
            results = zip(batch, answer["Entries"], strict=True)
            refused += [index for (index, _), result in results if "ErrorCode" in result]
        return refused


def _batches(details: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """The details with their indexes, in runs that one call takes."""
    batch: list[tuple[int, str]] = []
    size = 0
    for index, detail in enumerate(details):
        length = len(detail.encode())
        if batch and (len(batch) == BATCH_ENTRIES or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((index, detail))
        size += length
    if batch:
        yield batch
