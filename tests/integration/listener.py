"""A frontend that listens: a ticket, a WebSocket, and what it was told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from local.cloud import Cloud
from local.emulator.client import client
from tests.integration.frontend import Frontend

PATIENCE = 20.0


class Listener:
    """`frames` are all that came, in their order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    @classmethod
    @contextmanager
    def of(cls, frontend: Frontend, ticket: Mapping[str, str] | None = None) -> Iterator[Self]:
        with connect(address(ticket or frontend.ticket())) as socket:
            yield cls(socket)

    def say(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def subscribe(self, **target: str) -> dict[str, Any]:
        """`subscribed`, once it came."""
        self.say(action="subscribe", **target)
        return self.until(lambda frame: frame["type"] == "subscribed")

    def until(
        self, found: Callable[[Mapping[str, Any]], object], patience: float = PATIENCE
    ) -> dict[str, Any]:
        """The first frame from now on that is so."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            frame = self._next(left)
            if frame is not None and found(frame):
                return frame
        raise AssertionError(f"it was not told; but {self.frames}")

    def told(self, status: str, media_id: str | None = None) -> dict[str, Any]:
        """The asset, once it was told to be `status`."""

        def is_it(frame: Mapping[str, Any]) -> bool:
            asset = frame.get("asset", {})
            return asset.get("status") == status and media_id in {None, asset["id"]}

        return dict(self.until(is_it)["asset"])

    def quiet(self, seconds: float = 1.0) -> bool:
        """Whether nothing is told for so long."""
        return self._next(seconds) is None

    def assets(self) -> list[tuple[str, int]]:
        """Ids and revs of what it was told, in their order."""
        told = (frame["asset"] for frame in self.frames if frame["type"] == "asset")
        return [(asset["id"], asset["rev"]) for asset in told]

    def _next(self, seconds: float) -> dict[str, Any] | None:
        try:
            text = self.socket.recv(timeout=seconds)
        except TimeoutError:
            return None
        assert text[:1] in {"{", b"{"}, text  # else an error, which the emulator hands on
        frame: dict[str, Any] = json.loads(text)
        self.frames.append(frame)
        return frame


def address(ticket: Mapping[str, str]) -> str:
    return f"{ticket['url']}?ticket={ticket['ticket']}"


def listening_to(cloud: Cloud, project: str) -> list[str]:
    """The connections that listen to that project of the development organisation."""
    found = cloud.client("dynamodb").query(
        TableName=cloud.outputs["TableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"LIVE#default#PROJECT#{project}"}},
        ConsistentRead=True,
    )
    return [item["sk"]["S"] for item in found["Items"]]


def cut(cloud: Cloud, project: str) -> None:
    """Close these connections from the other end."""
    place = cloud.websocket_url.replace("ws", "http", 1)
    management = client("apigatewaymanagementapi", place)
    for connection in listening_to(cloud, project):
        management.delete_connection(ConnectionId=connection)
