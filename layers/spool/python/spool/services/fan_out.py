"""News of the bus, for each of the organisation's webhooks that wants it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spool.events import ACCESS_CHANGED, STATUS_CHANGED, WEBHOOK_PAUSED
from spool.model import timestamp
from spool.services.ports import Clock
from spool.services.webhook_ports import Deliveries, DeliveryQueue, Endpoints
from spool.webhooks import (
    ACCESS_CHANGED_TYPE,
    BODY_BYTES,
    PAUSED_TYPE,
    Delivery,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    Event,
    event_id,
)

_OURS = frozenset({"jobChange"})
_SHORT = ("id", "orgId", "projectId", "status", "previousStatus", "rev", "versionId", "at")


@dataclass(frozen=True, kw_only=True)
class FanOut:
    """News come at least once: each makes one delivery an endpoint."""

    endpoints: Endpoints
    deliveries: Deliveries
    queue: DeliveryQueue
    clock: Clock

    def hear(self, event: Event) -> int:
        """How many endpoints are told of it now."""
        wanting = [one for one in self.endpoints.of(event.org_id) if one.wants(event.type)]
        return sum(self._tell(endpoint, event) for endpoint in wanting)

    def _tell(self, endpoint: Endpoint, event: Event) -> bool:
        now = timestamp(self.clock())
        active = endpoint.status is EndpointStatus.ACTIVE
        delivery = Delivery(
            event_id=event.id,
            webhook_id=endpoint.id,
            org_id=endpoint.org_id,
            type=event.type,
            body=event.body,
            status=DeliveryStatus.PENDING if active else DeliveryStatus.SKIPPED,
            created_at=now,
            due_at=now,
        )
        if not self.deliveries.insert(delivery) and not self._was_not_queued(delivery):
            return False
        if active:
            self.queue.request(delivery, 0)
        return active

    def _was_not_queued(self, delivery: Delivery) -> bool:
        """Perhaps: who stored it may have failed before it told the queue."""
        found = self.deliveries.get(delivery.endpoint, delivery.event_id)
        return found is not None and found.status is DeliveryStatus.PENDING and found.tries == 0


def event_of(detail_type: str, detail: Mapping[str, Any]) -> Event:
    """News of the bus as Standard Webhooks has an event. Raises KeyError for what is no such
    news."""
    kind = _type(detail_type, detail)
    data = {name: value for name, value in detail.items() if name not in _OURS}
    body = _body(kind, detail["at"], data)
    if len(body.encode()) > BODY_BYTES:
        body = _body(kind, detail["at"], {name: data[name] for name in _SHORT if name in data})
    identity = (detail["orgId"], detail["id"], detail["rev"], kind)
    return Event(id=event_id(detail["at"], *identity), org_id=detail["orgId"], type=kind, body=body)


def _type(detail_type: str, detail: Mapping[str, Any]) -> str:
    return {
        STATUS_CHANGED: f"asset.{detail.get('status')}",
        ACCESS_CHANGED: ACCESS_CHANGED_TYPE,
        WEBHOOK_PAUSED: PAUSED_TYPE,
    }[detail_type]


def _body(kind: str, at: str, data: Mapping[str, Any]) -> str:
    whole = {"type": kind, "timestamp": at, "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
