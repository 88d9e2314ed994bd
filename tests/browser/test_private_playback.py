"""Private films and pictures in a browser: by cookies, by signed URLs, and not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, BrowserContext, Page, Response

from local.cloud import Cloud
from tests.browser.players import PLAY_DASH, PLAY_HLS, SEEK, until_played, with_players
from tests.browser.waiting import until
from tests.clips import clip
from tests.integration.frontend import Frontend, photo

SECONDS = 20
players = pytest.mark.parametrize(("play", "stream"), [(PLAY_HLS, "hls"), (PLAY_DASH, "dash")])

ACCESS = """async ([path, token]) => {
    const headers = {"content-type": "application/json", authorization: `Bearer ${token}`};
    return (await fetch(path, {method: "POST", headers, body: "{}"})).json();
}"""

SHOW = """source => new Promise(done => {
    const image = new Image();
    image.onload = () => done([image.naturalWidth, image.naturalHeight]);
    image.onerror = () => done("broken");
    image.src = source;
    document.body.replaceChildren(image);
})"""

TILE = """async source => {
    const cues = await (await fetch(source)).text();
    return cues.split("\\n").find(line => line.startsWith("http"));
}"""


REFUSED: dict[str, set[int]] = {"own": {403}, "other": set()}
"""What a page is answered: one of another site is not even told why."""


@dataclass(frozen=True)
class Visit:
    """A page of `origin`, and the answers that it got from the CDN's private paths."""

    page: Page
    context: BrowserContext
    answers: list[Response] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def statuses(self) -> set[int]:
        return {answer.status for answer in self.answers}

    def is_signed(self) -> set[bool]:
        return {"signature=" in answer.url.lower() for answer in self.answers}


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """Opens a page of an origin, in a browser without any cookie."""
    opened: list[BrowserContext] = []

    def visit(origin: str) -> Visit:
        context = browser.new_context(permissions=["local-network-access"])
        opened.append(context)
        page = context.new_page()
        seen = Visit(page, context)

        def note(answer: Response) -> None:
            path = urlsplit(answer.url).path
            if path.startswith("/p/") or "/stream/" in path:
                seen.answers.append(answer)

        page.on("response", note)
        page.on(
            "console",
            lambda it: seen.complaints.append(it.text) if it.type == "error" else None,
        )
        page.route(f"{origin}/", lambda route: route.fulfill(body="<!doctype html>"))
        page.goto(origin)
        return seen

    yield visit
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def own(cloud: Cloud) -> str:
    """The CDN's origin."""
    return cloud.edge_url


@pytest.fixture(scope="module")
def other(cloud: Cloud) -> str:
    """Another site, whose scripts may read."""
    return cloud.edge_url.replace("localhost", "127.0.0.1")


@pytest.fixture(scope="module")
def film(frontend: Frontend) -> dict[str, Any]:
    data = clip(640, 360, SECONDS, options=("-crf", "40"))
    wish = {"filename": "film.mp4", "contentType": "video/mp4", "private": True}
    asset = frontend.wait(frontend.upload(data, **wish), patience=120)
    assert asset["status"] == "ready", asset["error"]
    return asset


@pytest.fixture(scope="module")
def picture(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(1200, 800), filename="der Hafen, früh.jpg", private=True)


def get_access(page: Page, frontend: Frontend, asset: dict[str, Any]) -> None:
    """By the page's own script: the cookies are then its browser's."""
    page.evaluate(ACCESS, [f"/api/assets/{asset['id']}/access", frontend.token])


def granted(frontend: Frontend, asset: dict[str, Any]) -> dict[str, Any]:
    """The URLs that a site's server hands to its page."""
    answer = frontend.request("POST", f"/assets/{asset['id']}/access", json={})
    assert answer.is_success, answer.text
    return dict(answer.json()["urls"])


def start(page: Page, play: str, source: str) -> None:
    """Without waiting for the promise of `play`, which stays open where nothing begins."""
    page.evaluate(f"source => {{ ({play})(source)?.catch(() => {{}}); }}", source)


def plays_and_seeks(seen: Visit, play: str, source: str) -> None:
    page = with_players(seen.page)
    start(page, play, source)
    until_played(page, 0.5)
    assert page.evaluate("video.duration") == pytest.approx(SECONDS, abs=0.1)
    page.evaluate(SEEK, SECONDS - 3)
    until_played(page, SECONDS - 2.5)
    frame = Image.open(BytesIO(page.locator("video").screenshot())).convert("RGB")
    assert min(ImageStat.Stat(frame).stddev) > 20
    assert seen.complaints == []
    assert seen.statuses() <= {200, 206}


@players
def test_a_film_plays_by_cookies_on_the_cdns_own_origin(
    visit: Callable[[str], Visit],
    own: str,
    frontend: Frontend,
    film: dict[str, Any],
    play: str,
    stream: str,
) -> None:
    seen = visit(own)
    get_access(seen.page, frontend, film)

    plays_and_seeks(seen, play, film["processed"][stream])

    assert seen.is_signed() == {False}
    cookies = seen.context.cookies()
    assert cookies
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies)
    assert seen.page.evaluate("document.cookie") == ""


@players
def test_a_film_plays_by_signed_playlists_on_another_site(
    visit: Callable[[str], Visit],
    other: str,
    frontend: Frontend,
    film: dict[str, Any],
    play: str,
    stream: str,
) -> None:
    seen = visit(other)

    plays_and_seeks(seen, play, granted(frontend, film)[stream])

    assert seen.is_signed() == {True}
    assert seen.context.cookies() == []


@players
@pytest.mark.parametrize("site", ["own", "other"])
def test_a_film_does_not_play_without_either(
    visit: Callable[[str], Visit],
    request: pytest.FixtureRequest,
    film: dict[str, Any],
    play: str,
    stream: str,
    site: str,
) -> None:
    seen = visit(request.getfixturevalue(site))
    page = with_players(seen.page)

    start(page, play, film["processed"][stream])

    until(page, "errors.length > 0")
    assert seen.statuses() == REFUSED[site]
    assert page.evaluate("[video.readyState, video.currentTime]") == [0, 0]


def test_a_scrubbers_tiles_are_shown_by_signed_urls(
    visit: Callable[[str], Visit], other: str, frontend: Frontend, film: dict[str, Any]
) -> None:
    seen = visit(other)

    tile = seen.page.evaluate(TILE, granted(frontend, film)["thumbnails"])

    assert "#xywh=" in tile
    width, height = seen.page.evaluate(SHOW, tile)
    assert width / height > 1
    assert seen.page.evaluate(SHOW, tile.partition("?")[0]) == "broken"


def test_a_picture_is_shown_by_its_signed_url(
    visit: Callable[[str], Visit], other: str, frontend: Frontend, picture: dict[str, Any]
) -> None:
    seen = visit(other)

    assert seen.page.evaluate(SHOW, granted(frontend, picture)["img"] + "&w=480") == [480, 320]

    [answer] = seen.answers
    assert answer.header_value("content-type") == "image/avif"
    assert (answer.header_value("cache-control") or "").startswith("private")
    assert seen.complaints == []


def test_a_picture_is_shown_by_cookies(
    visit: Callable[[str], Visit], own: str, frontend: Frontend, picture: dict[str, Any]
) -> None:
    """Of any size, also where its name has to be escaped in a cookie's path."""
    seen = visit(own)
    get_access(seen.page, frontend, picture)

    assert seen.page.evaluate(SHOW, picture["processed"]["img"] + "&w=480") == [480, 320]
    assert seen.page.evaluate(SHOW, picture["processed"]["img"] + "&w=240") == [240, 160]
    assert seen.page.evaluate(SHOW, picture["processed"]["preview"]) != "broken"
    assert seen.is_signed() == {False}


@pytest.mark.parametrize("site", ["own", "other"])
def test_a_picture_is_not_shown_without_either(
    visit: Callable[[str], Visit],
    request: pytest.FixtureRequest,
    picture: dict[str, Any],
    site: str,
) -> None:
    seen = visit(request.getfixturevalue(site))

    assert seen.page.evaluate(SHOW, picture["processed"]["img"] + "&w=480") == "broken"
    assert seen.page.evaluate(SHOW, picture["processed"]["preview"]) == "broken"
    assert seen.statuses() == REFUSED[site]
