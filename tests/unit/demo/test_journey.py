"""From the disk to an end, whatever that is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from rich.console import Console

from local.demo import porter
from local.demo.client import Client
from local.demo.following import News
from local.demo.journey import Journey, Note
from local.demo.media import Upload
from local.demo.outcome import Outcome
from local.demo.porter import Porter
from local.demo.progress import watch
from tests.unit.demo.stand_in import StandIn, problem, ready_asset

AT = datetime(2099, 1, 15, 10, 0, tzinfo=UTC)
Carry = Callable[[], Journey]


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SILENCE", "GRACE"):
        monkeypatch.setattr(porter, name, 0.01)


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


@pytest.mark.usefixtures("in_haste")
def test_lost_when_it_never_ends(
    carry: Carry, spool: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(porter, "PATIENCE", 0.05)
    spool.ending = {"status": "processing"}
    journey = carry()
    assert journey.state == "lost"
    assert journey.trouble == "Still processing, without news for 0 seconds."
    assert journey.untold == [], "what did not happen can't be told"


@pytest.mark.usefixtures("in_haste")
def test_what_nobody_told_is_looked_up_and_said(
    client: Client, spool: StandIn, photo: Path
) -> None:
    spool.wire.mute, journey = True, Journey.of(Upload(photo, "a photo"))
    with Porter(client, "demo").carrying([journey]) as notes:
        pass
    assert (journey.state, journey.untold) == ("ready", ["ready"])
    assert journey.seconds_to_ready is not None
    assert journey.seconds_to_told is None
    assert [note.text for note in notes] == ["Nothing was told for 0 s, so the demo looked.", ""]
    assert Outcome(journey).surprises[0] == "It was ready, and nothing was told of that."


def test_news_that_a_look_overtook_was_told(
    client: Client, spool: StandIn, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(porter, "SILENCE", 0.01)
    spool.ending = {"status": "processing"}

    def asset(_: httpx.Request) -> httpx.Response:
        spool.wire.status("media1", "ready", 9, processedAt="2099-01-15T10:00:30.000Z")
        return httpx.Response(200, json={**ready_asset(), "rev": 9})

    spool.answers["/api/assets/media1"] = asset
    journey = Journey.of(Upload(photo, "a photo"))
    with Porter(client, "demo").carrying([journey]):
        pass
    assert (journey.state, journey.untold) == ("ready", [])
    assert journey.told_at is not None


def interrupt(journey: Journey) -> NoReturn:
    while journey.state != "processing" or journey.uploaded_at is None:
        time.sleep(0.01)
    time.sleep(0.05)  # until it waits for news
    raise KeyboardInterrupt


def test_ctrl_c_does_not_wait_for_the_end(client: Client, spool: StandIn, photo: Path) -> None:
    spool.ending = {"status": "processing"}
    journey, porter_ = Journey.of(Upload(photo, "a photo")), Porter(client, "demo")
    with pytest.raises(KeyboardInterrupt), porter_.carrying([journey]):
        interrupt(journey)
    assert journey.ended is not None
    assert journey.trouble is None
    assert not any(note.text for note in porter_.notes), "nobody waited until it was time to look"
    assert all(socket.closed for socket in spool.wire.sockets)


def watched(client: Client, journey: Journey, console: Console) -> None:
    with Porter(client, "demo").carrying([journey]) as notes:
        watch([journey], notes, console)


def test_without_a_terminal_each_message_is_a_line(
    client: Client, spool: StandIn, photo: Path
) -> None:
    spool.percents = (10, 30, 40, 80)
    out = StringIO()
    watched(client, Journey.of(Upload(photo, "a photo")), Console(file=out, width=40))
    lines = out.getvalue().splitlines()
    assert [line[10:].split("  ")[0] for line in lines] == [
        *("uploading", "queued", "processing", "processing 25 %", "processing 75 %", "ready")
    ]
    assert all(line.endswith("  a photo.jpg") for line in lines)
    assert lines[-1].split()[1] == "s"


def test_a_line_has_its_time_once_the_last_byte_is_out() -> None:
    journey = Journey(Upload(Path("a.jpg"), "a photo"), 500)
    notes = [journey.learn(News(asset={"status": "uploading"}, at=AT))]
    journey.uploaded_at = AT
    later = AT + timedelta(seconds=2.5)
    notes.append(journey.learn(News(asset={"status": "queued"}, at=later)))
    assert [note and note.seconds for note in notes] == [None, 2.5]
    out = StringIO()
    journey.ended = journey.began
    watch([journey], [note for note in notes if note], Console(file=out))
    assert out.getvalue().splitlines() == [
        "          uploading        a.jpg",
        "   2.5 s  queued           a.jpg",
    ]


def test_ready_and_told_are_two_times() -> None:
    journey = Journey(Upload(Path("a.jpg"), "a photo"), 500, uploaded_at=AT)
    processed = {"status": "ready", "processedAt": "2099-01-15T10:00:01.500Z"}
    journey.learn(News(asset=processed, at=AT + timedelta(seconds=1.75)))
    journey.learn(News(asset=processed, looked=True, at=AT + timedelta(seconds=9)))
    assert (journey.seconds_to_ready, journey.seconds_to_told) == (1.5, 0.25)


def test_a_message_of_a_failure_says_why(client: Client, spool: StandIn, photo: Path) -> None:
    error = {"code": "TYPE_MISMATCH", "message": "It is [bold]HTML."}
    spool.ending = {"status": "failed", "error": error}
    out = StringIO()
    watched(client, Journey.of(Upload(photo, "a photo")), Console(file=out))
    assert out.getvalue().splitlines()[-1].endswith("a photo.jpg  It is [bold]HTML.")


def test_on_a_terminal_messages_pass_above_the_table(
    client: Client, spool: StandIn, photo: Path
) -> None:
    spool.percents = (30, 60)
    out = StringIO()
    terminal = Console(file=out, force_terminal=True, width=100, color_system=None)
    watched(client, Journey.of(Upload(photo, "a photo")), terminal)
    lines = [line for line in out.getvalue().splitlines() if "a photo.jpg" in line]
    assert "✓" in lines[-1], "the table is left"
    assert any(line.endswith("processing       a photo.jpg") for line in lines)
    assert "25 %" not in out.getvalue(), "that is for the bar"


def test_the_percent_of_a_transcode_is_shown() -> None:
    journey = Journey(Upload(Path("film.mp4"), "a film"), 500, state="processing", sent=500)
    journey.asset = {"status": "processing", "progress": {"percent": 43}}
    journey.ended = journey.began
    out = StringIO()
    watch([journey], [], Console(file=out, force_terminal=True, width=100))
    assert "processing 43 %" in out.getvalue()


def test_a_percent_is_told_only_while_it_is_processed() -> None:
    journey = Journey(Upload(Path("film.mp4"), "a film"), 500, state="ready")
    journey.asset = {"status": "ready", "progress": {"percent": 99}}
    assert journey.percent is None


def test_what_is_told_after_trouble_changes_nothing() -> None:
    journey = Journey(Upload(Path("a.jpg"), "a photo"), 500, state="lost", trouble="Still queued.")
    assert journey.learn(News(asset={"status": "processing", "rev": 3})) is None
    assert journey.state == "lost"


def test_notes_of_the_connection_name_no_file() -> None:
    out = StringIO()
    watch([], [Note(state="", text="The live connection broke: [gone]")], Console(file=out))
    assert out.getvalue().strip() == "The live connection broke: [gone]"
