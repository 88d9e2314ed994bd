"""What the services of webhooks need of the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from spool.outbound import Answer
from spool.webhooks import Delivery, Endpoint, WebhookRef


class Endpoints(Protocol):
    def insert(self, endpoint: Endpoint, most: int) -> bool:
        """Unless the organisation has `most` already; whether it was stored."""

    def get(self, ref: WebhookRef) -> Endpoint | None: ...

    def of(self, org_id: str) -> Sequence[Endpoint]:
        """All of the organisation's, the oldest first."""

    def update(self, before: Endpoint, after: Endpoint) -> bool:
        """Unless another write came first (`rev` is no longer that of `before`); whether it was
        stored."""

    def remove(self, ref: WebhookRef) -> bool:
        """Whether it was there."""


class Deliveries(Protocol):
    """They expire."""

    def insert(self, delivery: Delivery) -> bool:
        """Unless it is there; whether it was stored."""

    def get(self, ref: WebhookRef, event_id: str) -> Delivery | None: ...

    def page(self, ref: WebhookRef, *, after: str | None, limit: int) -> Sequence[Delivery]:
        """The newest event first, those before the event `after`."""

    def update(self, before: Delivery, after: Delivery) -> bool:
        """As of endpoints."""


class DeliveryQueue(Protocol):
    def request(self, delivery: Delivery, seconds: int) -> None:
        """Have it looked at in so many seconds, or sooner: a queue's delays reach 15 minutes."""

    def give_up(self, delivery: Delivery) -> None:
        """Set it aside for an operator, whose redrive is a replay."""


class Post(Protocol):
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer: ...
