"""The demo's contact sheet in a browser: its scrubber, also once the cloud has stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Browser, Page

from local.demo import sheet
from local.demo.journey import Journey
from local.demo.media import Upload
from local.demo.outcome import Outcome
from local.demo.pictures import look_at
from local.demo.videos import look_at_video
from local.settings import HOST
from tests.browser.waiting import until
from tests.clips import clip
from tests.unit.demo import film
from tests.unit.demo.film import SECONDS, video_asset
from tests.unit.demo.stand_in import EDGE, StandIn

NOW = datetime(2025, 1, 15, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheet of a video of six tiles, each of which lasts two seconds."""
    spool = StandIn(answers=film.answers())
    journey = Journey(Upload(Path("film.mp4"), "a film"), 5_000_000, state="ready")
    journey.asset = asset = video_asset()
    with httpx.Client(transport=httpx.MockTransport(spool.handle)) as http:
        outcome = Outcome(journey, look_at(asset, http), {}, look_at_video(asset, http))
    return sheet.write([outcome], EDGE, NOW, tmp_path_factory.mktemp("sheet"))


@pytest.fixture(scope="module")
def edge() -> Iterator[str]:
    """A proxy's address, by which the preview can be had from the edge, and nothing else. Chromium
    takes it for a network: its player's ranges, intercepted in the browser, got stuck at times."""
    movie = clip(320, 160, SECONDS)

    class Edge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.endswith("/preview.mp4"):
                return self.send_error(404)
            _, start, end = re.split("[=-]", self.headers.get("range", "bytes=0-"))
            part = movie[int(start) : int(end) + 1 if end else None]
            self.send_response(206)
            self.send_header("content-type", "video/mp4")
            self.send_header("content-length", str(len(part)))
            last = int(start) + len(part) - 1
            self.send_header("content-range", f"bytes {start}-{last}/{len(movie)}")
            self.end_headers()
            with suppress(ConnectionError):  # it has seen enough
                self.wfile.write(part)
            return None

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Edge) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}"
        server.shutdown()


@pytest.fixture
def opened(browser: Browser, written: Path, edge: str) -> Iterator[Page]:
    complaints: list[str] = []
    with browser.new_page(viewport={"width": 1280, "height": 1600}, proxy={"server": edge}) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(written.as_uri())
        until(page, "document.querySelector('video').readyState > 0")
        yield page
    assert [text for text in complaints if "Security Policy" in text] == []


def point_at(page: Page, share: float) -> None:
    box = page.locator(".scrub").bounding_box()
    assert box
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def test_what_is_pointed_at_is_shown(opened: Page) -> None:
    point_at(opened, 0.7)

    shown = opened.locator(".shown")
    assert shown.is_visible()
    assert shown.locator("time").inner_text() == "0:08"
    tile = "getComputedStyle(document.querySelector('.shown .tile'))"
    assert opened.evaluate(f"{tile}.backgroundPosition") == "50% 100%"
    assert opened.evaluate(f"{tile}.backgroundImage").startswith('url("data:image/jpeg;base64,')

    opened.mouse.move(0, 0)
    assert shown.is_hidden()


def test_what_is_clicked_is_played_and_keys_go_on_from_there(opened: Page) -> None:
    point_at(opened, 0.25)
    opened.mouse.down()
    opened.mouse.up()
    assert opened.evaluate("document.querySelector('video').currentTime") == 3

    opened.keyboard.press("ArrowRight")
    until(opened, "document.querySelector('video').currentTime === 3.5")
    until(opened, "document.querySelector('.scrub input').ariaValueText === '0:03'")


def test_the_slider_follows_the_player(opened: Page) -> None:
    opened.evaluate("document.querySelector('video').currentTime = 9")
    until(opened, "document.querySelector('.scrub input').value === '9'")


def test_where_the_stream_can_not_be_had_the_preview_plays(opened: Page) -> None:
    assert opened.evaluate("document.querySelector('video').currentSrc").endswith("/preview.mp4")
    assert opened.evaluate("document.querySelector('video').duration") == pytest.approx(
        SECONDS, 0.1
    )


def test_the_page_says_that_the_cloud_has_stopped(opened: Page) -> None:
    opened.locator(".stopped").wait_for(state="visible")
