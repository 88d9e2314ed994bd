"""What is told, whatever happens to the connection that tells it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidHandshake

from local.demo import live as module
from local.demo.client import Client
from local.demo.following import Following, News
from local.demo.journey import Journey
from local.demo.live import Live
from local.demo.media import Upload
from local.demo.porter import Porter
from tests.unit.demo.stand_in import StandIn, problem, ready_asset
from tests.unit.demo.wire import Frame, Wire


class Told(Queue[News]):
    """What is told of an asset, and what was said of the connection."""

    def __init__(self) -> None:
        super().__init__()
        self.said: Queue[str] = Queue()

    def next(self) -> object:
        """The status, or the percent, of the next news."""
        asset = self.get(timeout=10).asset
        return asset.get("status") or asset["progress"]["percent"]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def live(client: Client, spool: StandIn, told: Told) -> Iterator[Live]:
    with Live(client, "demo", told.said.put) as listening:
        yield listening


@pytest.fixture
def wire(live: Live, spool: StandIn) -> Wire:
    return spool.wire


@pytest.fixture
def following(live: Live, told: Told) -> Following:
    return live.follow("media1", told.put)


def asset_frame(status: str, rev: int, position: str) -> Frame:
    asset = {"id": "media1", "projectId": "demo", "status": status, "rev": rev}
    return {"type": "asset", "position": position, "asset": asset}


def test_it_is_subscribed_before_anything_begins(wire: Wire) -> None:
    [socket] = wire.sockets
    assert socket.said == [{"action": "subscribe", "projectId": "demo"}]


@pytest.mark.usefixtures("following")
def test_what_is_late_or_comes_twice_is_dropped(wire: Wire, told: Told) -> None:
    for status, rev in (("queued", 2), ("processing", 3), ("queued", 2), ("processing", 3)):
        wire.status("media1", status, rev)
    wire.status("media1", "ready", 5)
    wire.status("media1", "analyzing", 4)
    wire.status("media1", "queued", 6)
    assert [told.next() for _ in range(4)] == ["queued", "processing", "ready", "queued"]


@pytest.mark.usefixtures("following")
def test_progress_that_is_late_or_comes_twice_is_dropped(wire: Wire, told: Told) -> None:
    wire.status("media1", "processing", 3)
    for percent in (40, 30, 40, 60):
        wire.progress("media1", percent)
    assert [told.next() for _ in range(3)] == ["processing", 40, 60]


@pytest.mark.usefixtures("following")
def test_progress_of_another_run_is_dropped(wire: Wire, told: Told) -> None:
    wire.status("media1", "processing", 3)
    wire.progress("media1", 80)
    wire.status("media1", "processing", 6, attempt=2)
    wire.progress("media1", 90)
    wire.progress("media1", 10, attempt=2)
    assert [told.next() for _ in range(4)] == ["processing", 80, "processing", 10]


@pytest.mark.usefixtures("following")
def test_another_asset_is_not_told_here(wire: Wire, told: Told) -> None:
    wire.status("media2", "ready", 9)
    wire.status("media1", "queued", 2)
    assert told.next() == "queued"


def test_what_was_told_before_anybody_asked_is_told_then(
    live: Live, wire: Wire, told: Told
) -> None:
    other = Told()
    live.follow("media2", other.put)
    wire.status("media1", "uploading", 1)
    wire.status("media2", "uploading", 1)
    assert other.next() == "uploading", "by now both were heard"
    live.follow("media1", told.put)
    assert told.next() == "uploading"


@pytest.mark.usefixtures("following")
def test_a_lost_connection_goes_on_where_it_was(wire: Wire, told: Told) -> None:
    wire.status("media1", "queued", 2)
    assert told.next() == "queued"
    seen = asset_frame("queued", 2, f"{2:014}-0")
    wire.before = [seen, asset_frame("processing", 3, wire.position())]
    wire.sockets[0].lose()
    assert told.next() == "processing", "and not queued once more"
    assert wire.sockets[1].said == [
        {"action": "subscribe", "projectId": "demo", "after": f"{2:014}-0"}
    ]
    assert len(set(wire.tickets)) == 2
    wire.status("media1", "ready", 4)
    assert told.next() == "ready"
    assert [told.said.get(timeout=10) for _ in range(2)] == [
        "The live connection broke: no close frame received or sent",
        "The live connection is back, with what was told meanwhile.",
    ]


@pytest.mark.usefixtures("following")
def test_a_replay_that_broke_is_asked_for_again(wire: Wire, told: Told) -> None:
    """News from far ahead may come between what is replayed."""
    wire.status("media1", "queued", 2)
    assert told.next() == "queued"
    wire.before = [
        asset_frame("ready", 9, f"{99:014}-0"),
        {"type": "error", "code": "X", "message": ""},
    ]
    wire.sockets[0].lose()
    assert told.next() == "ready"
    until(lambda: len(wire.sockets) > 2)
    assert {socket.said[0]["after"] for socket in wire.sockets[1:]} == {f"{2:014}-0"}


def test_connecting_is_tried_until_it_works(client: Client, spool: StandIn, told: Told) -> None:
    spool.wire.refusals = [InvalidHandshake("403"), OSError("refused"), TimeoutError()]
    with Live(client, "demo", told.said.put):
        assert len(spool.wire.tickets) == 4, "each is good for once"
    said = [told.said.get(timeout=10) for _ in range(2)]
    assert said[0] == "No live connection: 403"
    assert said[1] == "The live connection is back, with what was told meanwhile."


def test_whoever_gets_no_ticket_goes_on_without(
    client: Client, spool: StandIn, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SUBSCRIBED_WITHIN", 0.05)
    spool.answers["/api/live/tickets"] = lambda _: problem(503, "NOT_READY", "Not yet.")
    with Live(client, "demo", told.said.put):
        assert told.said.get(timeout=10) == "No live connection: NOT_READY: Not yet."
        assert "looked at now and then" in told.said.get(timeout=10)


def test_who_connects_late_looks_at_what_began_before(
    client: Client, spool: StandIn, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SUBSCRIBED_WITHIN", 0.01)
    tickets = "/api/live/tickets"
    spool.answers[tickets] = lambda _: problem(503, "NOT_READY", "Not yet.")
    with Live(client, "demo", told.said.put) as live:
        following = live.follow("media1", told.put)
        assert not following.must_look()
        spool.answers[tickets] = lambda _: httpx.Response(201, json=spool.wire.ticket())
        assert following.wait(10)
        assert following.must_look()


def test_after_a_reset_each_is_looked_at_once(client: Client, spool: StandIn, photo: Path) -> None:
    asked: list[str] = []

    def asset(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={**ready_asset(), "rev": 7})

    spool.answers["/api/assets/media1"] = asset
    spool.ending = {"status": "analyzing"}
    journey = Journey.of(Upload(photo, "a photo"))
    with Porter(client, "demo").carrying([journey]) as notes:
        until(lambda: journey.state == "analyzing" and journey.uploaded_at)
        spool.wire.tell({"type": "reset", "projectId": "demo"})
    assert journey.state == "ready"
    assert journey.untold == [], "it was told to look"
    assert len(asked) == 2, "once for the reset, once for the record"
    assert [note.state for note in notes][-1] == "ready"


def test_the_record_is_asked_for_once_at_the_end(
    client: Client, spool: StandIn, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def asset(media_id: str) -> Mapping[str, Any]:
        asked.append(media_id)
        return spool.records[media_id]

    monkeypatch.setattr(client, "asset", asset)
    journey = Journey.of(Upload(photo, "a photo"))
    with Porter(client, "demo").carrying([journey]):
        pass
    assert asked == ["media1"]
    assert journey.asset["tag"] == "0123456789ab", "messages are shorter"
    assert journey.seconds_to_told is not None


def until(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.001)
