"""What the cloud tells of a project's assets: a WebSocket, opened anew when it breaks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from local.demo.client import Client, Refused
from local.demo.following import Following, Tell

SUBSCRIBED_WITHIN = 20.0  # seconds; the functions behind it are cold
PAUSES = (0.2, 1.0, 5.0)  # seconds before a new try, the last for ever
SAID = 2  # failures in a row; the others say nothing new
CLOSED_WITHIN = 2.0  # seconds

Frame = Mapping[str, Any]
Say = Callable[[str], None]
"""Called with a sentence about the connection."""


class Live:
    """Listens to a project inside the `with`, and before its first line unless `say` is told why
    not. With a connection no change is lost: the next goes on after what was seen last."""

    def __init__(self, client: Client, project_id: str, say: Say) -> None:
        self._client, self._project_id, self._say = client, project_id, say
        self._followed: dict[str, Following] = {}
        self._early: dict[str, list[Frame]] = defaultdict(list)
        self._lock = Lock()
        self._course, self._broken = _Course(), False
        self._subscribed, self._over = Event(), Event()
        self._socket: ClientConnection | None = None
        self._thread = Thread(target=self._listen, name="live", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._subscribed.wait(SUBSCRIBED_WITHIN):
            self._say("Nothing is told live so far, so the files are looked at now and then.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if socket := self._socket:
            socket.close()
        self._thread.join()

    def follow(self, media_id: str, tell: Tell) -> Following:
        """Tells what is new of an asset, and at once what was told of it before anybody asked."""
        following = Following(media_id, tell)
        with self._lock:
            self._followed[media_id] = following
            for frame in self._early.pop(media_id, ()):
                following.hear(frame)
        return following

    def wake(self) -> None:
        """Nobody waits any longer."""
        for following in self._all():
            following.wake()

    def _all(self) -> list[Following]:
        with self._lock:
            return list(self._followed.values())

    def _listen(self) -> None:
        failures = 0
        while not self._over.is_set():
            self._subscribed.clear()
            why = self._converse()
            failures = 0 if self._subscribed.is_set() else failures + 1
            if failures < SAID and not self._over.is_set():
                what = "No live connection" if failures else "The live connection broke"
                self._say(f"{what}: {why}")
            self._broken = True
            self._over.wait(PAUSES[min(failures, len(PAUSES) - 1)])

    def _converse(self) -> str:
        """Hears all that comes by one connection; why it ended."""
        try:
            ticket = self._client.live_ticket()
            address = f"{ticket['url']}?ticket={ticket['ticket']}"
            with connect(address, close_timeout=CLOSED_WITHIN) as socket:
                self._socket = socket
                socket.send(json.dumps(self._course.subscription(self._project_id)))
                while not self._over.is_set():
                    self._hear(json.loads(socket.recv()))
        except (Refused, httpx.HTTPError, WebSocketException, OSError) as error:
            return str(error) or type(error).__name__
        finally:
            self._socket = None
        return "it is over"

    def _hear(self, frame: Frame) -> None:
        """Raises Refused."""
        match frame["type"]:
            case "asset" | "progress":
                self._pass_on(frame)
            case "subscribed":
                self._subscribed.set()
                self._back()
            case "error":
                raise Refused(frame["code"], frame["message"])
        if self._course.breaks_at(frame):
            for following in self._all():
                following.reset()

    def _back(self) -> None:
        if self._broken:
            self._broken = False
            self._say("The live connection is back, with what was told meanwhile.")

    def _pass_on(self, frame: Frame) -> None:
        media_id = frame["asset"]["id"]
        with self._lock:
            if following := self._followed.get(media_id):
                following.hear(frame)
            else:
                self._early[media_id].append(frame)


class _Course:
    """Where in the news a connection is, by positions, and where the next one goes on."""

    def __init__(self) -> None:
        self._after: str | None = None
        self._seen, self._whole = "", False

    def subscription(self, project_id: str) -> Frame:
        self._whole = False
        after = {} if self._after is None else {"after": self._after}
        return {"action": "subscribe", "projectId": project_id, **after}

    def breaks_at(self, frame: Frame) -> bool:
        """Whether something before this frame may be missing for good. Only once a replay is whole,
        which `subscribed` says, may the next one begin later."""
        subscribed = frame["type"] == "subscribed"
        lost = frame["type"] == "reset" or (subscribed and self._after is None)
        self._whole = self._whole or subscribed
        self._seen = max(self._seen, frame.get("position", ""))
        if self._whole:
            self._after = self._seen
        return lost
