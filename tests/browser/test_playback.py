"""What was made of a video, in the players that pages use, through the edge."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urldefrag, urljoin

import m3u8
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

from tests.browser.players import PLAY_DASH, PLAY_HLS, SEEK, until_played, with_players
from tests.browser.waiting import until
from tests.clips import clip
from tests.integration.frontend import Frontend

SECONDS = 30


@pytest.fixture(scope="module")
def film(frontend: Frontend) -> dict[str, Any]:
    """A film with two rungs, of which each second looks different."""
    data = clip(1280, 720, SECONDS, options=("-crf", "40"))
    ticket = frontend.upload(data, filename="film.mp4", contentType="video/mp4")
    asset = frontend.wait(ticket, patience=120)
    assert asset["status"] == "ready", asset["error"]
    return asset


@pytest.fixture
def player(page: Page) -> Page:
    return with_players(page)


def line(page: Page) -> Callable[[float], None]:
    """Sets how many bits a second the edge seems to send; -1 lifts the limit."""
    network = page.context.new_cdp_session(page)  # limits of two sessions would both hold
    network.send("Network.enable")

    def limit(bits: float) -> None:
        down = bits / 8 if bits > 0 else -1
        conditions = {"offline": False, "latency": 20, "downloadThroughput": down}
        network.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": -1})

    return limit


@pytest.mark.parametrize(("play", "stream"), [(PLAY_HLS, "hls"), (PLAY_DASH, "dash")])
def test_a_page_plays_and_seeks(
    player: Page, film: Mapping[str, Any], play: str, stream: str
) -> None:
    player.evaluate(play, film["processed"][stream])

    until_played(player, 0.5)
    assert player.evaluate("video.duration") == pytest.approx(SECONDS, abs=0.1)
    player.evaluate(SEEK, SECONDS - 3)
    until_played(player, SECONDS - 2.5)
    assert player.evaluate("video.videoWidth / video.videoHeight") == pytest.approx(16 / 9, 0.01)
    assert player.evaluate("video.getVideoPlaybackQuality().corruptedVideoFrames || 0") == 0


def test_a_page_on_a_slow_line_gets_the_small_rung_and_the_large_one_when_it_can(
    player: Page, film: Mapping[str, Any], frontend: Frontend
) -> None:
    small, large = bandwidths(frontend, film["processed"]["hls"])
    limit = line(player)
    limit((small + large) / 2)
    player.evaluate(PLAY_HLS, film["processed"]["hls"])
    until_played(player, 0.5)
    assert player.evaluate("levels") == [480]

    limit(-1)
    player.wait_for_function("levels.includes(720) || errors.length")

    assert player.evaluate("errors") == []
    assert player.evaluate("levels") == [480, 720]


def bandwidths(frontend: Frontend, master_url: str) -> list[int]:
    """Of the rungs, in bit/s, the smallest first."""
    master = m3u8.loads(frontend.http.get(master_url).text)
    return sorted(rung.stream_info.bandwidth for rung in master.playlists)


@pytest.mark.parametrize("name", ["preview", "master"])
def test_the_mp4s_play_before_they_have_arrived(
    player: Page, film: Mapping[str, Any], name: str
) -> None:
    player.evaluate(
        "source => { video.src = source; return video.play(); }", film["processed"][name]
    )

    until_played(player, 0.5)
    assert player.evaluate("video.videoHeight") == 720
    assert player.evaluate("video.duration") == pytest.approx(SECONDS, abs=0.1)


def test_an_mp4_can_be_opened_by_itself(page: Page, film: Mapping[str, Any]) -> None:
    """Its security headers let it run nothing, and yet be seen."""
    page.goto(film["processed"]["master"])

    until(page, "document.querySelector('video').readyState > 2")


@pytest.mark.parametrize("time", [1, 7, 13])
def test_a_scrubber_shows_the_frame_that_is_there(
    player: Page, film: Mapping[str, Any], frontend: Frontend, time: int
) -> None:
    player.evaluate("source => { video.src = source; }", film["processed"]["master"])
    player.evaluate(SEEK, time + 0.01)
    shown = Image.open(BytesIO(player.locator("video").screenshot())).convert("RGB")

    tiles = sprite_tiles(frontend, film["processed"]["thumbnails"])
    cue = next(cue for cue in tiles if cue[0] <= time < cue[1])
    likeness = {start: difference(shown, tile) for start, _, tile in tiles}

    assert min(likeness, key=lambda start: likeness[start]) == cue[0]


def sprite_tiles(frontend: Frontend, vtt_url: str) -> list[tuple[float, float, Image.Image]]:
    """Start and end in seconds of each cue, and the tile that it names."""
    text = frontend.http.get(vtt_url).text
    cues = re.findall(r"([\d:.]+) --> ([\d:.]+)\s*\n(\S+)", text)
    return [(seconds(start), seconds(end), tile(frontend, vtt_url, at)) for start, end, at in cues]


def seconds(timestamp: str) -> float:
    total = 0.0
    for part in timestamp.split(":"):
        total = total * 60 + float(part)
    return total


def tile(frontend: Frontend, base: str, reference: str) -> Image.Image:
    url, fragment = urldefrag(urljoin(base, reference))
    x, y, width, height = map(int, fragment.removeprefix("xywh=").split(","))
    sheet = Image.open(BytesIO(frontend.http.get(url).content)).convert("RGB")
    assert x + width <= sheet.width
    assert y + height <= sheet.height
    return sheet.crop((x, y, x + width, y + height))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the pixels, 0 to 255."""
    same_size = one.resize(other.size)
    return sum(ImageStat.Stat(ImageChops.difference(same_size, other)).mean) / 3
