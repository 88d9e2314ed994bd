"""A WebSocket API in memory: tickets, connections, what they say and are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from queue import Queue
from typing import Any, Self

from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK

URL = "ws://live.test/api"
Frame = dict[str, Any]


@dataclass(eq=False)
class Socket:
    """A connection as its client has it; `said` is what the client said."""

    heard: Callable[[Socket, Frame], None]
    said: list[Frame] = field(default_factory=list)
    closed: bool = False
    _coming: Queue[Frame | Exception] = field(default_factory=Queue)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, text: str) -> None:
        self.said.append(json.loads(text))
        self.heard(self, self.said[-1])

    def recv(self) -> str:
        coming = self._coming.get(timeout=10)
        if isinstance(coming, Exception):
            raise coming
        return json.dumps(coming)

    def close(self) -> None:
        self.closed = True
        self._coming.put(ConnectionClosedOK(None, None))

    def tell(self, frame: Frame) -> None:
        self._coming.put(frame)

    def lose(self) -> None:
        """As a network does."""
        self.closed = True
        self._coming.put(ConnectionClosedError(None, None))


@dataclass
class Wire:
    """Those who subscribed are told what is told. `before` a subscription is confirmed, who asks
    for what came `after` is told that. `refusals` are what the next connections fail with, and a
    `mute` wire confirms and then tells nothing."""

    sockets: list[Socket] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    before: list[Frame] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    mute: bool = False
    positions: count[int] = field(default_factory=lambda: count(1))

    def ticket(self) -> Mapping[str, str]:
        self.tickets.append(f"ticket{len(self.tickets)}")
        return {"url": URL, "ticket": self.tickets[-1], "expiresAt": "2099-01-15T10:00:00.000Z"}

    def connect(self, address: str, **_: object) -> Socket:
        """A ticket is good for once: the last is that of who connects."""
        assert address == f"{URL}?ticket={self.tickets[-1]}"
        assert len(self.tickets) > len(self.sockets), "a ticket was used twice"
        if self.refusals:
            raise self.refusals.pop(0)
        self.sockets.append(Socket(self._heard))
        return self.sockets[-1]

    def position(self) -> str:
        return f"{next(self.positions):014}-0"

    def tell(self, frame: Frame) -> None:
        for socket in self.sockets:
            if socket.said and not socket.closed and not self.mute:
                socket.tell(frame)

    def status(self, media_id: str, status: str, rev: int, **record: Any) -> None:
        asset = {**_asset(media_id), "status": status, "rev": rev, **record}
        at = {"event": "Asset Status Changed", "position": self.position()}
        self.tell({"type": "asset", **at, "asset": asset})

    def progress(self, media_id: str, percent: int, attempt: int = 1) -> None:
        asset = {**_asset(media_id), "attempt": attempt}
        self.tell({"type": "progress", "asset": asset, "percent": percent})

    def _heard(self, socket: Socket, frame: Frame) -> None:
        now = self.position()
        for missed in self.before if "after" in frame else ():
            socket.tell(missed)
        socket.tell({"type": "subscribed", "projectId": frame["projectId"], "position": now})


def _asset(media_id: str) -> Frame:
    return {"id": media_id, "projectId": "demo", "versionId": "version1", "attempt": 1}
