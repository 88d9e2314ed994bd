"""Webhooks: an organisation's endpoints, and what became of each event that one was to be told.

An endpoint is `webhook_` and 28 hex digits: twelve of milliseconds since 1970, sixteen of chance.
An event is `event_` and 28: twelve of the time when it happened, sixteen of a digest of what it is,
so that news told twice are one event. A delivery is named by its event.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from spool.errors import InvalidRequest
from spool.model import Status, camel, timestamp

ENDPOINTS_PER_ORG = 10
URL_LENGTH = 2_048
DESCRIPTION_LENGTH = 200
BODY_BYTES = 64 << 10
KEPT = timedelta(days=30)  # a delivery in the log
OLD_SECRET_SIGNS = timedelta(hours=24)
FAILING_FOR = timedelta(days=1)  # without one success: the endpoint is paused
CHANCE_DIGITS = 16
SECRET_BYTES = 32
ATTEMPTS_KEPT = 30  # in a record, replays' among them
STUCK_AFTER = timedelta(minutes=10)  # without the attempt that was due
PAGE_BYTES = 2 << 20  # of a page of the log: Lambda answers 6 MB

ACCESS_CHANGED_TYPE, PAUSED_TYPE = "asset.access_changed", "webhook.paused"
EVENT_TYPES = (*(f"asset.{status}" for status in Status), ACCESS_CHANGED_TYPE, PAUSED_TYPE)

WAITS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800)
"""Seconds from one failed attempt to the next: 23.7 hours in all, before jitter."""
JITTER = 0.2
LONGEST_WAIT = 28_800
HTTPS_PORT = 443
LEAST_FREE_PORT = 1_024

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEBHOOK = re.compile(r"webhook_[0-9a-f]{28}")
_EVENT = re.compile(r"event_[0-9a-f]{28}")
_URL = re.compile(r"[!-~]+")


class EndpointStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"


class WebhookRef(NamedTuple):
    """Which endpoint: the organisation's, and its id."""

    org_id: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`event_types` that is empty means all. `failing_since` is the first failed attempt after the
    last success. The old secret signs too until `old_secret_until`."""

    id: str
    org_id: str
    url: str
    secret: str = field(repr=False)
    created_at: str
    event_types: tuple[str, ...] = ()
    description: str = ""
    status: EndpointStatus = EndpointStatus.ACTIVE
    old_secret: str | None = field(default=None, repr=False)
    old_secret_until: str | None = None
    failing_since: str | None = None
    paused_at: str | None = None
    pause_reason: str | None = None
    rev: int = 1

    @property
    def ref(self) -> WebhookRef:
        return WebhookRef(self.org_id, self.id)

    def wants(self, event_type: str) -> bool:
        return not self.event_types or event_type in self.event_types

    def secrets(self, now: datetime) -> Sequence[str]:
        """What signs at `now`, the newest first."""
        if self.old_secret and (self.old_secret_until or "") > timestamp(now):
            return [self.secret, self.old_secret]
        return [self.secret]

    def rotated(self, secret: str, now: datetime) -> Self:
        until = timestamp(now + OLD_SECRET_SIGNS)
        return self.moved(secret=secret, old_secret=self.secret, old_secret_until=until)

    def paused(self, reason: str, when: str) -> Self:
        return self.moved(status=EndpointStatus.PAUSED, pause_reason=reason, paused_at=when)

    def resumed(self) -> Self:
        return self.moved(
            status=EndpointStatus.ACTIVE, pause_reason=None, paused_at=None, failing_since=None
        )

    def moved(self, **changes: Any) -> Self:
        return replace(self, **changes, rev=self.rev + 1)

    def to_record(self) -> dict[str, Any]:
        record = {camel(f.name): getattr(self, f.name) for f in fields(self)}
        return {**record, "status": self.status.value, "eventTypes": list(self.event_types)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        values = {f.name: record[camel(f.name)] for f in fields(cls) if camel(f.name) in record}
        values["status"] = EndpointStatus(values["status"])
        values["event_types"] = tuple(values["event_types"])
        return cls(**values)

    def public_record(self) -> dict[str, Any]:
        """What the API shows: no secret."""
        return {name: v for name, v in self.to_record().items() if name not in _INTERNAL}


_INTERNAL = frozenset({"orgId", "secret", "oldSecret", "rev"})


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """`status_code` and `response` (its first bytes, as text) where there was an answer, else an
    `error`."""

    at: str
    millis: int
    status_code: int | None = None
    response: str = ""
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


@dataclass(frozen=True, kw_only=True)
class Event:
    """`body` is the JSON text that is sent and signed."""

    id: str
    org_id: str
    type: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """`tries` counts the attempts since the last replay, `round` the replays; `due_at` is when the
    next attempt may be made."""

    event_id: str
    webhook_id: str
    org_id: str
    type: str
    body: str
    status: DeliveryStatus
    created_at: str
    due_at: str
    round: int = 1
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    rev: int = 1

    @property
    def endpoint(self) -> WebhookRef:
        return WebhookRef(self.org_id, self.webhook_id)

    def moved(self, **changes: Any) -> Self:
        return replace(self, **changes, rev=self.rev + 1)

    def is_under_way(self, now: datetime) -> bool:
        """Not where its message was lost or set aside."""
        overdue = self.due_at < timestamp(now - STUCK_AFTER)
        return self.status is DeliveryStatus.PENDING and not overdue

    def replayed(self, now: datetime) -> Self:
        """From the first try again; messages of the round before mean nothing any more."""
        return self.moved(
            status=DeliveryStatus.PENDING, due_at=timestamp(now), round=self.round + 1, tries=0
        )

    def to_record(self) -> dict[str, Any]:
        record = {camel(f.name): getattr(self, f.name) for f in fields(self)}
        attempts = [
            {camel(name): value for name, value in asdict(attempt).items()}
            for attempt in self.attempts
        ]
        return {**record, "status": self.status.value, "attempts": attempts}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        values = {f.name: record[camel(f.name)] for f in fields(cls)}
        values["status"] = DeliveryStatus(values["status"])
        values["attempts"] = tuple(
            Attempt(**{f.name: attempt[camel(f.name)] for f in fields(Attempt)})
            for attempt in values["attempts"]
        )
        return cls(**values)

    def public_record(self) -> dict[str, Any]:
        names = ("eventId", "type", "status", "createdAt", "attempts", "body")
        record = self.to_record()
        pending = self.status is DeliveryStatus.PENDING
        return {**{n: record[n] for n in names}, "nextAttemptAt": self.due_at if pending else None}


def is_webhook_id(text: str) -> bool:
    return _WEBHOOK.fullmatch(text) is not None


def is_event_id(text: str) -> bool:
    return _EVENT.fullmatch(text) is not None


def new_webhook_id(moment: datetime, chance: str) -> str:
    return f"webhook_{_millis(moment):012x}{chance}"


def event_id(at: str, *identity: object) -> str:
    digest = hashlib.sha256("\n".join(map(str, identity)).encode()).hexdigest()[:16]
    return f"event_{_millis(datetime.fromisoformat(at)):012x}{digest}"


def secret_of(chance: bytes) -> str:
    """As Standard Webhooks writes one."""
    return f"whsec_{base64.b64encode(chance).decode()}"


def proper_url(url: str, *, loopback: bool = False) -> str:
    """Raises InvalidRequest. Where the name leads is checked whenever it is called. `loopback`, for
    tests only, allows http."""
    if len(url) > URL_LENGTH or not _URL.fullmatch(url):
        raise InvalidRequest(f"url must have at most {URL_LENGTH:,} characters, all of ASCII.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidRequest("url is not a URL that can be read.") from error
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise InvalidRequest("url must begin with https://.")
    if not parts.hostname or "\\" in parts.netloc:
        raise InvalidRequest("url names no host.")
    if "@" in parts.netloc or parts.fragment:
        raise InvalidRequest(
            "url must hold no user, password or fragment: the signature proves us."
        )
    if port is not None and port != HTTPS_PORT and port < LEAST_FREE_PORT:
        raise InvalidRequest(f"url's port must be {HTTPS_PORT}, or {LEAST_FREE_PORT} or more.")
    return url


def wait_after(tries: int, chance: float, retry_after: int | None = None) -> int | None:
    """Seconds until the next attempt after `tries` that failed, None after the last. `chance` is
    from 0 to 1. A receiver's `retry_after` makes it longer, up to LONGEST_WAIT."""
    if tries > len(WAITS):
        return None
    planned = WAITS[tries - 1] * (1 - JITTER + 2 * JITTER * chance)
    return round(max(planned, min(retry_after or 0, LONGEST_WAIT)))


def _millis(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
