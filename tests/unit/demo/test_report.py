"""What the terminal and the contact sheet say of a set of outcomes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from local.demo import sheet
from local.demo.deletion import Deletion
from local.demo.journey import Journey
from local.demo.media import Expected, Upload
from local.demo.outcome import Outcome
from local.demo.pictures import look_at
from local.demo.private import Private
from local.demo.report import report, summary
from local.demo.tour import Tour
from local.demo.videos import look_at_video
from local.demo.words import amount, clock, compared, ms, picture_of, sound_of, span, speed
from tests.unit.demo import film
from tests.unit.demo.edge import SIZE
from tests.unit.demo.film import SECONDS, video_asset
from tests.unit.demo.stand_in import EDGE, StandIn, ready_asset

NOW = datetime(2025, 1, 15, 10, 0, tzinfo=UTC)
NASTY = "<script>alert(1)</script> & [bold]"


def outcome(
    asset: dict[str, object], http: httpx.Client, expected: Expected | None, name: str = "a.jpg"
) -> Outcome:
    journey = Journey(Upload(Path(name), "a photo", expected), 40_000)
    journey.asset, journey.state = asset, str(asset["status"])
    journey.uploaded_at = datetime(2099, 1, 15, 10, 0, 28, tzinfo=UTC)
    journey.told_at = datetime(2099, 1, 15, 10, 0, 30, 120_000, tzinfo=UTC)
    journey.ended = journey.began + 3
    video = look_at_video(asset, http) if asset.get("type") == "video" else None
    return Outcome(journey, look_at(asset, http), {"id": "media1"}, video)


def failed(code: str, expected: Expected | None = None) -> Outcome:
    journey = Journey(Upload(Path("invoice.jpg"), "HTML", expected), 3_000, state="failed")
    journey.asset = {"status": "failed", "error": {"code": code, "message": f"{NASTY} said so."}}
    journey.ended = journey.began + 1
    return Outcome(journey)


@pytest.fixture
def good(http: httpx.Client) -> Outcome:
    return outcome(ready_asset(exif={"Make": NASTY}), http, Expected("ready", SIZE), "ä + b.jpg")


@pytest.fixture
def filmed(http: httpx.Client, spool: StandIn) -> Outcome:
    spool.answers.update(film.answers())
    asset = video_asset(exif={"ImageDescription": NASTY})
    expected = Expected("ready", SIZE, seconds=SECONDS, rungs=("1080p", "480p"), sound=True)
    return outcome(asset, http, expected, "ä film.mp4")


def quiet_tour() -> Tour:
    deletion = Deletion("soon gone.jpg", ["http://edge.test/a"], 1.25)
    return Tour(None, None, Private("for some only.jpg"), deletion, None)


def printed(outcomes: list[Outcome]) -> str:
    out = StringIO()
    report(outcomes, quiet_tour(), Console(file=out, width=80))
    return out.getvalue()


def test_report_tells_all_that_was_asked_for(good: Outcome) -> None:
    text = printed([good])
    for fact in (
        "✓ ä + b.jpg",
        "2.0 s after the upload, told 120 ms later",
        "400 × 200",
        "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.",
        "a0e597daacb85a25",
        "of avif, 9",
        "http://edge.test/renditions/default/demo/media1/0123456789ab/preview.webp",
        "http://edge.test/img/originals/default/demo/media1-n%C3%A4me%20%2B%20%281%29.jpg?v=",
    ):
        assert fact in text
    assert "!" not in text


def test_report_tells_of_a_video_what_a_player_needs(filmed: Outcome) -> None:
    text = printed([filmed])
    for fact in (
        "✓ ä film.mp4",
        "12.0 s, h264 High, 25 frames per second, aac stereo",
        "1080p     1920 × 960, at most 3.8 Mbit/s",
        "/stream/video.m3u8",
        "/stream/video.mpd",
        "/preview.mp4, ",
        "/poster.jpg",
    ):
        assert fact in text
    assert "!" not in text
    assert "a page loads" not in text, "a poster is no smaller video"


def test_report_prints_strangers_text_as_text() -> None:
    assert f"TYPE_MISMATCH: {NASTY} said so." in printed([failed("TYPE_MISMATCH")])


def test_expected_failure_is_no_surprise() -> None:
    assert failed("TYPE_MISMATCH", Expected("failed", code="TYPE_MISMATCH")).surprises == []


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        (Expected("failed", code="EMPTY_FILE"), "failed with EMPTY_FILE"),
        (Expected("ready", (1, 1)), "should be ready and is failed"),
    ],
)
def test_unexpected_failure_is_a_surprise(expected: Expected, sentence: str) -> None:
    assert sentence in failed("TYPE_MISMATCH", expected).surprises[0]


def test_a_users_own_file_may_fail() -> None:
    assert failed("CORRUPT").surprises == []
    assert "– invoice.jpg" in printed([failed("CORRUPT")])


@pytest.mark.parametrize(
    ("changes", "expected", "sentence"),
    [
        ({}, Expected("ready", (200, 400)), "(200, 400) upright"),
        ({}, Expected("failed", code="CORRUPT"), "should be failed and is ready"),
        ({}, Expected("ready", SIZE, frames=2), "stands still"),
        ({"blurhash": None, "palette": []}, None, "lacks blurhash, palette"),
        ({"exif": {"GPSLatitude": 1}}, None, "GPSLatitude"),
        ({"exif": {"deep": [{"bodySerialNumber": "7"}]}}, None, "bodySerialNumber"),
        ({"processed": {}}, None, "lqip is not in the record"),
    ],
)
def test_a_ready_asset_that_is_wrong_is_a_surprise(
    http: httpx.Client, changes: dict[str, object], expected: Expected | None, sentence: str
) -> None:
    surprises = outcome(ready_asset(**changes), http, expected).surprises
    assert any(sentence in surprise for surprise in surprises)


def test_a_manifest_that_tells_the_place_is_a_surprise(good: Outcome) -> None:
    leaky = replace(good, manifest={"exif": {"gps": {"lat": 39.9}}})
    assert leaky.surprises == ["The manifest shows what it must not: gps."]


def test_a_manifest_that_is_not_there_is_a_surprise(good: Outcome) -> None:
    assert replace(good, manifest=None).surprises == ["Its manifest did not answer."]


def test_summary_counts_and_weighs(good: Outcome) -> None:
    text = summary([good, failed("CORRUPT")])
    assert text.startswith("1 ready, 1 failed. A page loads ")
    assert text.endswith("instead of 40.0 kB, 99 % less.")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_499, "999 kB"),
        (999_600, "1.0 MB"),
        (24_930_169, "24.9 MB"),
    ],
)
def test_amounts_are_short(count: int, text: str) -> None:
    assert amount(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "100 % less"),
        (1, "99 % less"),
        (500, "50 % less"),
        (1000, "0 % less"),
        (2730, "173 % more"),
    ],
)
def test_comparisons_never_flatter(count: int, text: str) -> None:
    assert compared(count, 1000) == text


@pytest.mark.parametrize(
    ("bits", "text"), [(820_400, "820 kbit/s"), (4_930_169, "4.9 Mbit/s"), (0, "0 kbit/s")]
)
def test_speeds_are_short(bits: int, text: str) -> None:
    assert speed(bits) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (75.9, "1:15"), (3600, "1:00:00"), (7262, "2:01:02")]
)
def test_times_are_those_of_players(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("time", "text"), [(103.4, "103 ms"), (9.96, "10 ms"), (2.62, "2.6 ms")])
def test_milliseconds_are_short(time: float, text: str) -> None:
    assert ms(time) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.152, "152 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (9.96, "10.0 s")],
)
def test_a_second_is_the_largest_of_milliseconds(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_video_of_which_little_is_known_is_described_too() -> None:
    asset = {"video": {"codec": "hevc", "rotation": 90, "hdr": "HLG", "frameRate": 29.97}}
    assert picture_of(asset) == "hevc, 29.97 frames per second, turned by 90°, HLG"
    assert sound_of(asset) == "silent"


class Page(HTMLParser):
    """What a browser would make of it: its elements, and the text outside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_sheet_shows_every_asset(good: Outcome) -> None:
    page = Page(sheet.render([good, failed("TYPE_MISMATCH")], EDGE, NOW))
    assert "ä + b.jpg" in page.text
    assert "in 2.0 s, told 120 ms later" in page.text
    assert "TYPE_MISMATCH" in page.text
    assert len(page.attributes("article")) == 2
    live = {image["src"] for image in page.attributes("img") if "data-live" in image}
    names = {p.wanted.name for p in good.pictures if p.wanted.url in live}
    assert names == {"lqip", "thumbnail", "preview", "320 px avif", "640 px avif", "1280 px avif"}
    linked = {link["href"] for link in page.attributes("a")}
    assert {p.wanted.url for p in good.pictures if p.wanted.name.startswith("1280 px ")} - {
        good.pictures[-1].wanted.url
    } <= linked


def test_sheet_plays_a_video_and_shows_its_ladder(filmed: Outcome) -> None:
    page = Page(sheet.render([filmed], EDGE, NOW))
    processed = filmed.asset["processed"]
    [player] = page.attributes("video")
    assert player["poster"] == processed["poster"]
    assert [source["src"] for source in page.attributes("source")] == [
        processed["hls"],
        processed["preview"],
    ]
    linked = {link["href"] for link in page.attributes("a")}
    assert {processed[name] for name in ("hls", "dash", "preview", "master", "poster")} <= linked
    for fact in ("1920 × 960", "3.8 Mbit/s", "avc1.640028", "12.0 s", "h264 High", "aac stereo"):
        assert fact in page.text
    assert NASTY in page.text
    assert len(page.attributes("script")) == 1


def test_sheet_scrubs_with_tiles_that_it_keeps(filmed: Outcome) -> None:
    page = Page(sheet.render([filmed], EDGE, NOW))
    [scrub] = [d for d in page.attributes("div") if d.get("class") == "scrub"]
    assert "--sheet-0: url(data:image/jpeg;base64," in (scrub["style"] or "")
    track = json.loads(scrub["data-tiles"] or "")
    assert [start for start, _ in track] == [0, 2, 4, 6, 8, 10]
    assert track[4][1] == (
        "background-image: var(--sheet-0); background-size: 300% 200%;"
        " background-position: 50% 100%"
    )
    tiles = [d.get("style") for d in page.attributes("div") if d.get("class") == "tile"]
    assert tiles[:6] == [style for _, style in track], "six of them fit"
    [slider] = page.attributes("input")
    assert (slider["max"], slider["step"], slider["aria-label"]) == (
        "12.0",
        "0.5",
        "Seek in ä film.mp4",
    )


def test_sheet_of_a_video_of_which_nothing_is_there_is_a_page_too(http: httpx.Client) -> None:
    bare = outcome(video_asset(processed={}, audio={}), http, None)
    page = Page(sheet.render([bare], EDGE, NOW))
    assert "hls is not in the record." in page.text
    assert page.attributes("source") == []
    assert page.attributes("input") == []


def test_sheet_runs_no_script_but_its_own(good: Outcome) -> None:
    page = Page(sheet.render([good, failed("CORRUPT")], EDGE, NOW))
    assert len(page.attributes("script")) == 1
    assert page.text.count(NASTY) == 2
    policy = next(m["content"] for m in page.attributes("meta") if m.get("http-equiv")) or ""
    assert policy.startswith(
        "default-src 'none'; img-src data: http://edge.test; media-src http://edge.test;"
    )
    assert "script-src 'sha256-" in policy


def test_sheet_keeps_placeholders_for_when_the_cloud_is_gone(good: Outcome) -> None:
    page = Page(sheet.render([good], EDGE, NOW))
    kept = [i["src"] or "" for i in page.attributes("img") if (i["src"] or "").startswith("data:")]
    assert any(uri.startswith("data:image/png;base64,") for uri in kept), "the BlurHash"
    assert sum(uri.startswith("data:image/webp;base64,") for uri in kept) >= 2


def test_sheet_takes_no_colour_that_is_none(http: httpx.Client) -> None:
    asset = ready_asset(palette=["#1b2a3c", "red;background:url(//evil)"])
    html = sheet.render([outcome(asset, http, None)], EDGE, NOW)
    assert "--colour: #1b2a3c" in html
    assert "evil" not in html


def test_sheet_of_nothing_ready_is_a_page_too() -> None:
    page = Page(sheet.render([failed("CORRUPT")], EDGE, NOW + timedelta(hours=1)))
    assert "CORRUPT" in page.text
    assert page.attributes("table") == []


def test_sheet_is_written_where_asked(good: Outcome, tmp_path: Path) -> None:
    path = sheet.write([good], EDGE, NOW, tmp_path / "out")
    assert path == tmp_path / "out" / "index.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
