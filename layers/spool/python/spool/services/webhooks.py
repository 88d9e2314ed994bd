"""An organisation's webhooks: make one, change it, turn its secret, read its log, replay."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from spool.errors import Conflict, InvalidRequest, NotFound, Transient
from spool.model import timestamp
from spool.services.cursors import Cursors
from spool.services.ports import Clock
from spool.services.webhook_ports import Deliveries, DeliveryQueue, Endpoints
from spool.webhooks import (
    ENDPOINTS_PER_ORG,
    EVENT_TYPES,
    PAGE_BYTES,
    Delivery,
    Endpoint,
    EndpointStatus,
    WebhookRef,
    is_event_id,
    is_webhook_id,
    new_webhook_id,
    proper_url,
)

_TRIES = 5  # an endpoint's writers are its admins, and deliveries as they begin or end to fail


@dataclass(frozen=True, kw_only=True)
class WebhookDesk:
    """Every method raises NotFound for a webhook that the organisation doesn't have. `chance` makes
    `spool.webhooks.CHANCE_DIGITS` random hex digits, `secret` a secret."""

    endpoints: Endpoints
    deliveries: Deliveries
    queue: DeliveryQueue
    cursors: Cursors
    clock: Clock
    chance: Callable[[], str]
    secret: Callable[[], str]
    loopback: bool = False

    def create(
        self, org_id: str, *, url: str, event_types: Sequence[str], description: str
    ) -> dict[str, Any]:
        """With its secret. Raises InvalidRequest for a bad URL or type, Conflict for too many."""
        now = self.clock()
        endpoint = Endpoint(
            id=new_webhook_id(now, self.chance()),
            org_id=org_id,
            url=proper_url(url, loopback=self.loopback),
            secret=self.secret(),
            event_types=_known(event_types),
            description=description,
            created_at=timestamp(now),
        )
        if not self.endpoints.insert(endpoint, ENDPOINTS_PER_ORG):
            raise Conflict(
                f"There are {ENDPOINTS_PER_ORG} webhooks, as many as there may be: delete one."
            )
        return _with_secret(endpoint)

    def every(self, org_id: str) -> dict[str, Any]:
        return {"items": [endpoint.public_record() for endpoint in self.endpoints.of(org_id)]}

    def get(self, org_id: str, webhook_id: str) -> dict[str, Any]:
        return self._find(WebhookRef(org_id, webhook_id)).public_record()

    def change(
        self, org_id: str, webhook_id: str, *, status: EndpointStatus | None, **changes: Any
    ) -> dict[str, Any]:
        """`changes` are fields of the endpoint. Raises InvalidRequest as `create` does."""
        if "url" in changes:
            proper_url(changes["url"], loopback=self.loopback)
            changes["failing_since"] = None  # that was another server
        if "event_types" in changes:
            changes["event_types"] = _known(changes["event_types"])

        def move(endpoint: Endpoint) -> Endpoint:
            changed = endpoint.moved(**changes)
            if status is None or status is endpoint.status:
                return changed
            if status is EndpointStatus.ACTIVE:
                return changed.resumed()
            return changed.paused("A member paused it.", timestamp(self.clock()))

        return self._change(WebhookRef(org_id, webhook_id), move).public_record()

    def rotate(self, org_id: str, webhook_id: str) -> dict[str, Any]:
        """With its new secret; the old one signs beside it for a day."""
        secret = self.secret()
        ref = WebhookRef(org_id, webhook_id)
        return _with_secret(self._change(ref, lambda one: one.rotated(secret, self.clock())))

    def remove(self, org_id: str, webhook_id: str) -> None:
        ref = WebhookRef(org_id, webhook_id)
        if not is_webhook_id(webhook_id) or not self.endpoints.remove(ref):
            raise _unknown(webhook_id)

    def log(
        self, org_id: str, webhook_id: str, *, limit: int, cursor: str | None
    ) -> dict[str, Any]:
        """Deliveries, the newest event first. Raises InvalidRequest for a cursor that this list
        did not give."""
        bound = (org_id, "deliveries", webhook_id)
        after = None if cursor is None else self.cursors.position(cursor, bound)
        endpoint = self._find(WebhookRef(org_id, webhook_id))
        found = self.deliveries.page(endpoint.ref, after=after, limit=limit + 1)
        page = _fitting([delivery.public_record() for delivery in found[:limit]])
        last = page[-1]["eventId"] if len(page) < len(found) else None
        return {"items": page, "cursor": last and self.cursors.issue(last, bound)}

    def replay(self, org_id: str, webhook_id: str, delivery_id: str) -> dict[str, Any]:
        """Send the event again, under the same id. Raises Conflict while the webhook is paused or
        the delivery has attempts to come."""
        endpoint = self._find(WebhookRef(org_id, webhook_id))
        before = self._delivery(endpoint.ref, delivery_id)
        if endpoint.status is EndpointStatus.PAUSED:
            raise Conflict(f"{webhook_id} is paused: set its status to active first.")
        now = self.clock()
        if before.is_under_way(now):
            raise Conflict(f"{delivery_id} is still being delivered.")
        after = before.replayed(now)
        if not self.deliveries.update(before, after):
            raise Conflict(f"{delivery_id} is just being replayed.")
        self.queue.request(after, 0)
        return after.public_record()

    def _change(self, ref: WebhookRef, move: Callable[[Endpoint], Endpoint]) -> Endpoint:
        for _ in range(_TRIES):
            before = self._find(ref)
            if self.endpoints.update(before, after := move(before)):
                return after
        raise Transient(f"{ref.id} is being written by others.")

    def _find(self, ref: WebhookRef) -> Endpoint:
        found = self.endpoints.get(ref) if is_webhook_id(ref.id) else None
        if found is None:
            raise _unknown(ref.id)
        return found

    def _delivery(self, ref: WebhookRef, event_id: str) -> Delivery:
        found = self.deliveries.get(ref, event_id) if is_event_id(event_id) else None
        if found is None:
            raise NotFound(f"{ref.id} has no delivery {event_id}.")
        return found


def _known(event_types: Sequence[str]) -> tuple[str, ...]:
    for name in event_types:
        if name not in EVENT_TYPES:
            raise InvalidRequest(f"eventTypes may hold {', '.join(EVENT_TYPES)}; no {name!r}.")
    return tuple(dict.fromkeys(event_types))


def _fitting(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many as an answer has room for, the first in any case."""
    sizes = accumulate(len(json.dumps(record, ensure_ascii=False).encode()) for record in records)
    room = sum(size <= PAGE_BYTES for size in sizes)
    return list(records[: max(room, 1)])


def _unknown(webhook_id: str) -> NotFound:
    return NotFound(f"There is no webhook {webhook_id}.")


def _with_secret(endpoint: Endpoint) -> dict[str, Any]:
    return {**endpoint.public_record(), "secret": endpoint.secret}
