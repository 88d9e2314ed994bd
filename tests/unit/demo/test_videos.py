"""Looking at a video as a player would, and noticing what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

from local.demo.fetching import Wrong
from local.demo.journey import Journey
from local.demo.media import Expected, Upload
from local.demo.outcome import Outcome
from local.demo.pictures import look
from local.demo.sprites import parse
from local.demo.streams import Rung
from local.demo.videos import Video, index_of, look_at_video
from local.demo.wanted import renditions
from tests.unit.demo import film
from tests.unit.demo.edge import SIZE
from tests.unit.demo.film import BASE, SECONDS, jpeg, mp4, partial, track, video_asset, whole
from tests.unit.demo.stand_in import StandIn

EXPECTED = Expected("ready", SIZE, seconds=SECONDS, rungs=("1080p", "480p"), sound=True)


@pytest.fixture(autouse=True)
def filmed(spool: StandIn) -> None:
    spool.answers.update(film.answers())


def seen(http: httpx.Client) -> Video:
    return look_at_video(video_asset(), http)


def surprises(
    http: httpx.Client,
    expected: Expected = EXPECTED,
    changes: Mapping[str, object] = MappingProxyType({}),
) -> list[str]:
    asset = video_asset(**changes)
    journey = Journey(Upload(Path("film.mp4"), "a film", expected), 5_000_000, state="ready")
    journey.asset = asset
    video = look_at_video(asset, http)
    pictures = [look(wanted, http) for wanted in renditions(asset)]
    return Outcome(journey, pictures, {"id": "media1"}, video).surprises


def test_nothing_is_wrong_with_a_video_that_is_there(http: httpx.Client) -> None:
    assert surprises(http) == []


def test_the_ladder_is_what_the_playlists_say(http: httpx.Client) -> None:
    stream = seen(http).stream
    assert stream.rungs[0] == Rung(
        name="1080p",
        size=(1920, 960),
        bandwidth=3_840_000,
        codecs="avc1.640028,mp4a.40.2",
        segments=3,
        seconds=12,
    )
    assert [rung.name for rung in stream.rungs] == ["1080p", "480p"]
    assert stream.sound == Rung(name="audio", segments=3, seconds=12)


def test_an_mp4_is_asked_for_in_part(http: httpx.Client) -> None:
    preview = seen(http).mp4("preview")
    assert preview
    assert preview.bytes == len(mp4(b"moov", b"mdat"))


def test_tiles_are_where_the_track_says(http: httpx.Client) -> None:
    sprites = seen(http).sprites
    fifth = sprites.at(8.5)
    assert (fifth.start, fifth.end, fifth.left, fifth.top) == (8, 10, 160, 80)
    assert sprites.at(0) == sprites.tiles[0]
    assert sprites.at(SECONDS + 1) == sprites.tiles[-1]
    assert [tile.start for tile in sprites.strip(3 * 160)] == [2, 6, 10]
    assert len(sprites.strip(5000)) == 6, "none twice"


STREAM, SPRITES = f"{BASE}/stream", f"{BASE}/thumbnails.vtt"
BAD_ANSWERS = {
    "no stream": (f"{STREAM}/video.m3u8", b"<html>", "hls has no playlist"),
    "no rungs": (f"{STREAM}/video.m3u8", b"#EXTM3U\n", "hls has no rungs"),
    "live": (f"{STREAM}/video_480p.m3u8", b"#EXTM3U\n#EXTINF:4,\na.cmfv\n", "does not end"),
    "nothing in a segment": (f"{STREAM}/video_1080p_000000003.cmfv", b"", "has an empty segment"),
    "no MPD": (f"{STREAM}/video.mpd", b"#EXTM3U", "dash is no MPD"),
    "no track": (SPRITES, b"1", "thumbnails is no WebVTT"),
    "an empty track": (SPRITES, b"WEBVTT\n", "has no cues"),
    "a short track": (SPRITES, track(9).encode(), "ends at 9.0 s, and the video at 12.0 s"),
    "a gap": (SPRITES, track().replace("--> 00:00:04", "--> 00:00:03").encode(), "without a tile"),
    "beyond": (SPRITES, track().replace("320,80,", "321,80,").encode(), "not on its sheet"),
    "an empty tile": (SPRITES, track().replace("160,80\n", "0,80\n").encode(), "not on its sheet"),
    "a bad sheet": (f"{BASE}/sprites/sprite_0001.jpg", b"<html>", "a sheet that is no image"),
    "a black poster": (f"{BASE}/poster.jpg", jpeg(SIZE, flat=True), "poster shows nothing"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_what_is_wrong_is_said(http: httpx.Client, spool: StandIn, name: str) -> None:
    path, content, problem = BAD_ANSWERS[name]
    spool.answers[path] = whole(content)
    assert any(problem in surprise for surprise in surprises(http))


@pytest.mark.parametrize(
    "path",
    [
        "stream/video.m3u8",
        "stream/video_480p.m3u8",
        "stream/video_480pinit.cmfv",
        "stream/video_1080p_000000001.cmfv",
        "stream/video_audio_000000003.cmfv",
        "stream/video.mpd",
        "preview.mp4",
        "master.mp4",
        "poster.jpg",
        "thumbnails.vtt",
        "sprites/sprite_0001.jpg",
    ],
)
def test_what_is_missing_is_said(http: httpx.Client, spool: StandIn, path: str) -> None:
    spool.answers[f"{BASE}/{path}"] = lambda _: httpx.Response(404)
    assert any("answered 404" in surprise for surprise in surprises(http))


def test_an_edge_that_sends_the_whole_film_to_one_who_asked_for_a_part_is_noticed(
    http: httpx.Client, spool: StandIn
) -> None:
    spool.answers[f"{BASE}/preview.mp4"] = lambda _: httpx.Response(200, content=b"all of it")
    assert surprises(http) == ["preview answered 200, not 206."]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (mp4(b"mdat", b"moov"), "has no index at its beginning"),
        (mp4(), "has no index at its beginning"),
        (b"<html>", "has no index at its beginning"),
        (mp4(b"moov", inside=b"\xa9xyz+39.9"), "tells where it was taken"),
    ],
)
def test_a_bad_mp4_is_noticed(
    http: httpx.Client, spool: StandIn, content: bytes, problem: str
) -> None:
    spool.answers[f"{BASE}/master.mp4"] = partial(content)
    assert any(f"master {problem}" in surprise for surprise in surprises(http))


def test_a_part_of_unknown_length_is_noticed(http: httpx.Client, spool: StandIn) -> None:
    content = mp4(b"moov", b"mdat")
    spool.answers[f"{BASE}/master.mp4"] = lambda _: httpx.Response(206, content=content)
    assert surprises(http) == ["master does not say how long it is."]


def test_an_index_may_be_larger_than_what_was_asked_for() -> None:
    whole = mp4(b"moov", b"mdat", inside=bytes(1000))
    assert index_of(whole[:1200]) == whole[1008:1200]


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (Expected("ready", SIZE, seconds=12, rungs=("1080p",), sound=True), "have the rungs"),
        (Expected("ready", SIZE, seconds=12, rungs=("1080p", "480p")), "should be silent"),
        (Expected("ready", SIZE, seconds=9, rungs=("1080p", "480p"), sound=True), "lasts 12.00 s"),
    ],
)
def test_another_video_than_expected_is_a_surprise(
    http: httpx.Client, expected: Expected, problem: str
) -> None:
    assert any(problem in surprise for surprise in surprises(http, expected))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"exif": {"gps": {"lat": 39.9}}}, "The record shows what it must not: gps."),
        ({"exif": {"Place": "+39.9996+116.2676+044.000/"}}, "must not: gps."),
        ({"container": None, "video": {}}, "The record lacks container, video."),
        ({"processed": {}}, "hls is not in the record."),
    ],
)
def test_a_record_that_tells_too_much_or_too_little_is_a_surprise(
    http: httpx.Client, changes: dict[str, object], problem: str
) -> None:
    assert any(problem in surprise for surprise in surprises(http, changes=changes))


def test_hours_in_a_track_may_be_left_out() -> None:
    tiles = parse("WEBVTT\n\n00:01.500 --> 01:00:02.000\na.jpg#xywh=0,0,1,1\n", "http://e/x/t.vtt")
    assert [(tile.start, tile.end, tile.url) for tile in tiles] == [(1.5, 3602, "http://e/x/a.jpg")]


def test_a_time_that_is_none_is_said() -> None:
    with pytest.raises(Wrong, match=r"has 1\.1\.1 for a time"):
        parse("WEBVTT\n\n1.1.1 --> 2\na.jpg#xywh=0,0,1,1\n", "http://e/t.vtt")
