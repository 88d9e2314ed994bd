"""What is pushed over WebSockets: tickets, what one listens to, and positions in the news."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

TICKET_LIFETIME = timedelta(seconds=60)
CONNECTION_LIFETIME = timedelta(hours=2, minutes=10)
"""API Gateway ends a connection after two hours: what is kept of it by then is left over."""

NEWS_KEPT = timedelta(hours=1)
OVERLAP = timedelta(seconds=30)
"""So much before a position is told once more: clocks differ, and a write that took its position
first may land later."""

MOST_CONNECTIONS = 1_000  # of an organisation
MOST_SUBSCRIPTIONS = 50  # of a connection
MOST_FAULTS = 20  # frames that say nothing, before a connection is closed
MOST_REPLAYED = 500  # of an organisation's news

FRAME_BYTES = 4 << 10

_DIGITS = 14  # of milliseconds since 1970
POSITION = rf"\d{{{_DIGITS}}}-[0-9a-f]{{1,64}}"


def digest(ticket: str) -> str:
    """What is stored of a ticket: who reads the table can't connect."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def position(moment: datetime, unique: str = "0") -> str:
    """Sorts as text by time."""
    return f"{_milliseconds(moment):0{_DIGITS}}-{unique}"


def moment_of(at: str) -> datetime:
    """The time of a position, which has its form."""
    return datetime.fromtimestamp(int(at.partition("-")[0]) / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Lets a member of the organisation connect once, until then."""

    member_id: str
    org_id: str
    expires: datetime


@dataclass(frozen=True)
class Target:
    """What of an organisation a connection listens to: an asset, a project, or all where both are
    None."""

    asset_id: str | None = None
    project_id: str | None = None

    @property
    def name(self) -> str:
        if self.asset_id is not None:
            return f"ASSET#{self.asset_id}"
        return "ALL" if self.project_id is None else f"PROJECT#{self.project_id}"

    def to_dict(self) -> dict[str, str]:
        values = {"assetId": self.asset_id, "projectId": self.project_id}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class LiveNews:
    """News of an asset as connections are told of it, at its place among others."""

    org_id: str
    event: str
    asset: Mapping[str, Any]
    position: str

    @classmethod
    def of(cls, event: str, detail: Mapping[str, Any], at: str) -> Self:
        """Raises KeyError when `detail` is no news of an asset."""
        needed = {name: detail[name] for name in ("id", "projectId", "rev")}
        told = {name: value for name, value in detail.items() if name not in _OF_THE_BUS}
        asset = {**told, **needed}
        return cls(org_id=detail["orgId"], event=event, asset=asset, position=at)

    @property
    def targets(self) -> Sequence[Target]:
        """What one may listen to and is told this."""
        return _targets(self.asset)

    def to_frame(self) -> dict[str, Any]:
        return {
            "type": "asset",
            "event": self.event,
            "position": self.position,
            "asset": self.asset,
        }


@dataclass(frozen=True, kw_only=True)
class LiveProgress:
    """How far an asset is. It is not kept: who comes later asks how far it is by then."""

    org_id: str
    asset: Mapping[str, Any]
    percent: int

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> Self:
        """Raises KeyError when `detail` is no such news."""
        asset = {name: detail[name] for name in ("id", "projectId", "versionId", "attempt")}
        return cls(org_id=detail["orgId"], asset=asset, percent=detail["percent"])

    @property
    def targets(self) -> Sequence[Target]:
        return _targets(self.asset)

    def to_frame(self) -> dict[str, Any]:
        return {"type": "progress", "asset": self.asset, "percent": self.percent}


def _targets(asset: Mapping[str, Any]) -> Sequence[Target]:
    return (Target(), Target(project_id=asset["projectId"]), Target(asset_id=asset["id"]))


_OF_THE_BUS = frozenset({"jobChange", "previousTag", "previousPrivate"})
