"""From the disk to an end, whatever that is."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from itertools import repeat
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from local.demo import journey as module
from local.demo.client import Client
from local.demo.journey import Journey, Porter
from local.demo.media import Upload
from local.demo.progress import watch
from tests.unit.demo.stand_in import StandIn, problem, ready_asset

Carry = Callable[[], Journey]


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_EVERY", 0.001)


@pytest.fixture
def carry(client: Client, photo: Path) -> Carry:
    def carried() -> Journey:
        journey = Journey.of(Upload(photo, "a photo"))
        with Porter(client, "demo").carrying([journey]):
            pass
        return journey

    return carried


def test_ends_ready_with_the_record(carry: Carry, spool: StandIn) -> None:
    spool.ending = ready_asset()
    journey = carry()
    assert (journey.state, journey.trouble) == ("ready", None)
    assert journey.sent == journey.size == 503
    assert journey.asset["tag"] == "0123456789ab"
    assert journey.seconds_to_ready is not None
    assert journey.seconds_to_ready > 0


def test_ends_failed_with_the_code(carry: Carry, spool: StandIn) -> None:
    error = {"code": "TYPE_MISMATCH", "message": "It is HTML."}
    spool.ending = {"status": "failed", "error": error}
    journey = carry()
    assert (journey.state, journey.seconds_to_ready) == ("failed", None)
    assert journey.asset["error"] == error


def test_refused_before_there_is_an_asset(carry: Carry, spool: StandIn) -> None:
    spool.answers["/api/uploads/presign"] = lambda _: problem(413, "SIZE_LIMIT", "Too large.")
    journey = carry()
    assert (journey.state, journey.trouble) == ("refused", "SIZE_LIMIT: Too large.")


def test_lost_when_nobody_answers(carry: Carry, spool: StandIn) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    spool.answers["/1"] = unreachable
    journey = carry()
    assert (journey.state, journey.trouble) == ("lost", "The connection failed: refused")


def test_lost_when_it_never_ends(
    carry: Carry, spool: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    spool.statuses = repeat("processing")
    journey = carry()
    assert journey.state == "lost"
    assert journey.trouble == "Still processing, without news for 0 seconds."


def test_ctrl_c_does_not_wait_for_the_end(client: Client, spool: StandIn, photo: Path) -> None:
    spool.statuses = repeat("processing")
    journey = Journey.of(Upload(photo, "a photo"))
    with pytest.raises(KeyboardInterrupt), Porter(client, "demo").carrying([journey]):
        raise KeyboardInterrupt
    assert journey.ended is not None
    assert journey.trouble is None


def test_without_a_terminal_each_change_is_a_line(
    client: Client, spool: StandIn, photo: Path
) -> None:
    spool.ending = ready_asset()
    out = StringIO()
    journey = Journey.of(Upload(photo, "a photo"))
    with Porter(client, "demo").carrying([journey]):
        watch([journey], Console(file=out))
    assert out.getvalue().splitlines()[-1].split(maxsplit=3)[2:] == ["ready", "a photo.jpg"]


def test_on_a_terminal_the_table_ends_with_the_mark(
    client: Client, spool: StandIn, photo: Path
) -> None:
    spool.ending = ready_asset()
    out = StringIO()
    journey = Journey.of(Upload(photo, "a photo"))
    with Porter(client, "demo").carrying([journey]):
        watch([journey], Console(file=out, force_terminal=True, width=100))
    assert "✓" in out.getvalue()
    assert "a photo.jpg" in out.getvalue()


def test_a_transcode_that_moves_is_not_lost(
    carry: Carry, spool: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    monkeypatch.setattr(module, "ASK_EVERY", 0.02)
    spool.statuses = repeat("processing", 30)
    spool.percents = iter(range(30))
    spool.ending = ready_asset()
    assert carry().state == "ready"


def test_the_percent_of_a_transcode_is_shown() -> None:
    journey = Journey(Upload(Path("film.mp4"), "a film"), 500, state="processing", sent=500)
    journey.asset = {"status": "processing", "progress": {"percent": 43}}
    journey.ended = journey.began
    for terminal, text in ((True, "processing 43 %"), (False, "processing 25 %")):
        out = StringIO()
        watch([journey], Console(file=out, force_terminal=terminal, width=100))
        assert text in out.getvalue()


def test_a_percent_is_told_only_while_it_is_processed() -> None:
    journey = Journey(Upload(Path("film.mp4"), "a film"), 500, state="ready")
    journey.asset = {"status": "ready", "progress": {"percent": 99}}
    assert journey.percent is None
