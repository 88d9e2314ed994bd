"""What live push needs of the world. `spool.aws` implements these; tests have their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from spool.live import LiveNews, Target, Ticket


class Tickets(Protocol):
    """By what `live.digest` makes of them."""

    def put(self, digest: str, ticket: Ticket) -> None: ...

    def take(self, digest: str) -> Ticket | None:
        """The ticket, which is gone then: of several who take it one gets it."""


class Connections(Protocol):
    """Connections by organisation, and what they listen to. They expire."""

    def open(self, org_id: str, connection: str, member_id: str) -> None: ...

    def is_open(self, org_id: str, connection: str) -> bool:
        """Whether it was opened, and not closed since."""

    def count(self, org_id: str, most: int) -> int:
        """How many there are; who counts needs to know of no more than `most`."""

    def subscribe(self, org_id: str, connection: str, target: Target, most: int) -> bool:
        """Have it listen to `target`. False where it listens to `most` others, or is gone."""

    def unsubscribe(self, org_id: str, connection: str, target: Target) -> None: ...

    def fault(self, org_id: str, connection: str) -> int:
        """Count one more frame that says nothing: how many there were, 0 where it is gone."""

    def close(self, org_id: str, connection: str) -> None:
        """Forget it, and what it listened to."""

    def listening(self, org_id: str, target: Target) -> Sequence[str]:
        """The connections that do as of now."""


class NewsLog(Protocol):
    """An organisation's news by their positions. They expire."""

    def write(self, news: LiveNews) -> None: ...

    def after(self, org_id: str, position: str, most: int) -> Sequence[LiveNews]:
        """The first so many of those from there on, as of now."""


class Line(Protocol):
    """The connections themselves. A frame is JSON."""

    def send(self, connection: str, frame: Mapping[str, Any]) -> bool:
        """Whether there still is such a connection. Raises Transient."""

    def hang_up(self, connection: str) -> None:
        """Close it, unless it is closed. Raises Transient."""
