"""What the terminal and the contact sheet say of a set of outcomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from local.demo import sheet
from local.demo.journey import Journey
from local.demo.media import Expected, Upload
from local.demo.outcome import Outcome
from local.demo.pictures import look_at
from local.demo.report import amount, compared, report, summary
from tests.unit.demo.stand_in import EDGE, SIZE, ready_asset

NOW = datetime(2025, 1, 15, 10, 0, tzinfo=UTC)
NASTY = "<script>alert(1)</script> & [bold]"


def outcome(
    asset: dict[str, object], http: httpx.Client, expected: Expected | None, name: str = "a.jpg"
) -> Outcome:
    journey = Journey(Upload(Path(name), "a photo", expected), 40_000)
    journey.asset, journey.state = asset, str(asset["status"])
    journey.uploaded_at = datetime(2099, 1, 15, 10, 0, 28, tzinfo=UTC)
    journey.ended = journey.began + 3
    return Outcome(journey, look_at(asset, http), manifest={"id": "media1"})


def failed(code: str, expected: Expected | None = None) -> Outcome:
    journey = Journey(Upload(Path("invoice.jpg"), "HTML", expected), 3_000, state="failed")
    journey.asset = {"status": "failed", "error": {"code": code, "message": f"{NASTY} said so."}}
    journey.ended = journey.began + 1
    return Outcome(journey)


@pytest.fixture
def good(http: httpx.Client) -> Outcome:
    return outcome(ready_asset(exif={"Make": NASTY}), http, Expected("ready", SIZE), "ä + b.jpg")


def printed(outcomes: list[Outcome]) -> str:
    out = StringIO()
    report(outcomes, Console(file=out, width=80))
    return out.getvalue()


def test_report_tells_all_that_was_asked_for(good: Outcome) -> None:
    text = printed([good])
    for fact in (
        "✓ ä + b.jpg",
        "2.0 s after the upload",
        "400 × 200",
        "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.",
        "a0e597daacb85a25",
        "of webp, 99 % less",
        "http://edge.test/renditions/default/demo/media1/0123456789ab/preview.webp",
        "http://edge.test/img/originals/default/demo/media1-n%C3%A4me%20%2B%20%281%29.jpg?v=",
    ):
        assert fact in text
    assert "!" not in text


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
    assert "TYPE_MISMATCH" in page.text
    assert len(page.attributes("article")) == 2
    live = {image["src"] for image in page.attributes("img") if "data-live" in image}
    names = {p.wanted.name for p in good.pictures if p.wanted.url in live}
    assert names == {"lqip", "thumbnail", "preview", "320 px avif", "640 px avif", "1280 px avif"}
    linked = {link["href"] for link in page.attributes("a")}
    assert {p.wanted.url for p in good.pictures if " px " in p.wanted.name} <= linked


def test_sheet_runs_no_script_but_its_own(good: Outcome) -> None:
    page = Page(sheet.render([good, failed("CORRUPT")], EDGE, NOW))
    assert len(page.attributes("script")) == 1
    assert page.text.count(NASTY) == 2
    policy = next(m["content"] for m in page.attributes("meta") if m.get("http-equiv")) or ""
    assert policy.startswith("default-src 'none'; img-src data: http://edge.test;")
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
