"""Whole runs of the main job against the stand-in, and where it would run."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from local import signals
from local.demo import __main__ as demo
from local.demo.media import Expected, Upload
from local.demo.place import Place, up_already
from tests.unit.demo import film
from tests.unit.demo.edge import SIZE
from tests.unit.demo.film import video_asset
from tests.unit.demo.stand_in import API, AUTH, EDGE, SIGN_IN, StandIn, ready_asset

FACE = {"edge": EDGE, "api": API, "auth": AUTH}
WHERE = Place.of(FACE, mine=True)


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo, "SHEET", tmp_path / "demo-output")
    monkeypatch.setenv("DEMO_EXIT", "1")


def run(photo: Path, http: httpx.Client, expected: Expected | None) -> tuple[bool, str]:
    out = StringIO()
    upload = Upload(photo, "a photo", expected)
    return demo.run(WHERE, [upload], http, Console(file=out, width=80), demo.SHEET), out.getvalue()


def test_all_as_expected(photo: Path, http: httpx.Client, spool: StandIn, tmp_path: Path) -> None:
    spool.ending = ready_asset()
    went_well, text = run(photo, http, Expected("ready", SIZE))
    assert went_well
    assert "Signed in as somebody@example.com of 'default'" in text
    assert "1 ready. A page loads" in text
    page = tmp_path / "demo-output" / "index.html"
    assert page.as_uri() in text
    assert "a photo.jpg" in page.read_text(encoding="utf-8")


def test_a_video_is_looked_at_as_one(
    photo: Path, http: httpx.Client, spool: StandIn, tmp_path: Path
) -> None:
    spool.answers.update(film.answers())
    spool.ending = video_asset()
    rungs = ("1080p", "480p")
    went_well, text = run(photo, http, Expected("ready", SIZE, seconds=12, rungs=rungs, sound=True))
    assert went_well
    assert "12.0 s, h264 High" in text
    assert "<video" in (tmp_path / "demo-output" / "index.html").read_text(encoding="utf-8")


def test_a_video_with_a_missing_segment_fails_the_demo(
    photo: Path, http: httpx.Client, spool: StandIn
) -> None:
    spool.answers.update(film.answers())
    segment = f"{film.BASE}/stream/video_480p_000000003.cmfv"
    spool.answers[segment] = lambda _: httpx.Response(404)
    spool.ending = video_asset()
    went_well, text = run(photo, http, None)
    assert not went_well
    assert "hls answered 404, not 200" in text


def test_what_should_not_have_happened_fails_the_demo(
    photo: Path, http: httpx.Client, spool: StandIn
) -> None:
    spool.ending = ready_asset()
    went_well, text = run(photo, http, Expected("failed", code="TYPE_MISMATCH"))
    assert not went_well
    assert "! It should be failed and is ready." in text


def test_a_cloud_that_does_not_work_ends_the_demo_in_words(
    photo: Path, http: httpx.Client, spool: StandIn, tmp_path: Path
) -> None:
    error = {"code": "INTERNAL", "message": "Something went wrong on our side."}
    spool.ending = {"status": "failed", "error": error}
    went_well, text = run(photo, http, None)
    assert not went_well
    assert "INTERNAL: Something went wrong on our side." in text
    assert not (tmp_path / "demo-output").exists()


def test_a_file_that_is_not_there_is_said_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "stop_like_ctrl_c", lambda: None)
    assert demo.main([str(tmp_path / "nothing.jpg")]) == 2
    assert "nothing.jpg" in capsys.readouterr().out


def outputs(state: Path) -> None:
    (state / "outputs.json").write_text(json.dumps(FACE))


def test_a_cloud_that_is_up_is_used(tmp_path: Path, http: httpx.Client) -> None:
    outputs(tmp_path)
    assert up_already(tmp_path, http) == Place.of(FACE, mine=False)


def test_a_cloud_that_was_killed_is_not(tmp_path: Path, http: httpx.Client, spool: StandIn) -> None:
    outputs(tmp_path)
    spool.answers["/api/assets"] = lambda _: httpx.Response(502)
    assert up_already(tmp_path, http) is None


def test_a_cloud_that_lets_nobody_in_is_not(
    tmp_path: Path, http: httpx.Client, spool: StandIn
) -> None:
    outputs(tmp_path)
    spool.answers[httpx.URL(SIGN_IN).path] = lambda _: httpx.Response(400)
    assert up_already(tmp_path, http) is None


@pytest.mark.parametrize("content", [None, "", "{}"])
def test_no_cloud_or_half_a_file_is_none(
    tmp_path: Path, http: httpx.Client, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "outputs.json").write_text(content)
    assert up_already(tmp_path, http) is None


def test_the_warm_up_is_no_part_of_the_report(
    photo: Path, http: httpx.Client, spool: StandIn
) -> None:
    spool.ending = ready_asset()
    _, text = run(photo, http, None)
    assert "warm-up.jpg" not in text
    assert "through cold functions" in text
    assert "1 ready." in text
