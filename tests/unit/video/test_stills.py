"""Posters, sprite sheets and their track: pictures made by code, looked at once they are made."""

from __future__ import annotations

import io
import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from spool.video import poster
from spool.video.sprites import COLUMNS, ROWS, TILE_EDGE, Tiling, make_sheets
from spool.video.vtt import shown_tiles, thumbnails
from tests.unit.media import file_of, opened, photo, quarters

CUE = re.compile(
    r"(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})\n"
    r"(sprites/sprite_\d{4}\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)\n"
)


def flat(colour: tuple[int, int, int], grain: float = 0) -> bytes:
    random = np.random.default_rng(1)
    values = np.array(colour) + random.normal(0, grain, (180, 320, 3))
    return file_of(Image.fromarray(values.clip(0, 255).astype(np.uint8)), "JPEG", quality=90)


BLACK, WHITE, RED = flat((0, 0, 0)), flat((255, 255, 255)), flat((200, 10, 10))
GRAINY = flat((16, 16, 16), grain=12)
SHOWS = file_of(photo(320, 180), "JPEG", quality=90)


@pytest.mark.parametrize("nothing", [BLACK, WHITE, RED, GRAINY])
def test_what_shows_nothing_is_passed_over(nothing: bytes) -> None:
    assert poster.deviation(nothing) < poster.FLAT
    assert poster.choose([nothing, SHOWS, BLACK]) == SHOWS


def test_colours_of_one_brightness_are_a_picture() -> None:
    image = Image.new("RGB", (320, 180), (255, 0, 0))
    image.paste((0, 130, 0), (0, 0, 160, 180))

    assert poster.deviation(file_of(image, "JPEG")) > poster.FLAT


def test_a_small_title_on_black_is_a_picture() -> None:
    image = Image.new("RGB", (1280, 720))
    image.paste((255, 255, 255), (560, 350, 720, 366))

    assert poster.deviation(file_of(image, "JPEG")) > poster.FLAT


def test_of_flat_frames_the_least_flat_is_taken() -> None:
    assert poster.choose([BLACK, GRAINY, WHITE]) == GRAINY


def test_no_frame_is_read_behind_the_first_that_shows_something() -> None:
    frames = iter([BLACK, SHOWS, RED])

    poster.choose(frames)

    assert list(frames) == [RED]


@pytest.mark.parametrize(
    ("duration", "interval", "first", "sprites", "expected"),
    [
        (10.0, 1, 2, 10, ["p1", "s2", "s5"]),
        (250.0, 3, 2, 84, ["p1", "s20", "s41"]),
        (0.04, 1, 1, 1, ["p0", "s0"]),
        (8.0, 1, 2, 3, ["p1", "s2"]),  # fewer captures than expected
    ],
)
def test_the_poster_is_looked_for_at_a_second_a_quarter_and_half(
    duration: float, interval: float, first: int, sprites: int, expected: list[str]
) -> None:
    names = [f"p{n}" for n in range(first)], [f"s{n}" for n in range(sprites)]

    assert poster.candidates(*names, interval, duration) == expected


def test_each_tile_shows_its_frame() -> None:
    colours = [(10 * n, 255 - 20 * n, (70 * n) % 256) for n in range(12)]
    frames = [file_of(Image.new("RGB", (640, 360), colour), "JPEG") for colour in colours]
    tiling = Tiling.of(12, 640, 360)

    [sheet] = make_sheets(frames, tiling)

    picture = np.asarray(opened(sheet.data).convert("RGB"))
    assert (sheet.name, sheet.content_type) == ("sprites/sprite_0001.jpg", "image/jpeg")
    assert picture.shape == (2 * 90, 10 * 160, 3) == (sheet.height, sheet.width, 3)
    for index, colour in enumerate(colours):
        _, left, top = tiling.place(index)
        assert np.abs(picture[top + 45, left + 80] - np.array(colour)).max() < 12


def test_a_tile_keeps_the_whole_picture() -> None:
    [sheet] = make_sheets([file_of(quarters(480, 720), "JPEG")], Tiling.of(1, 480, 720))

    tile = opened(sheet.data).convert("RGB")
    assert tile.size == (106, 160)
    shown = np.asarray(tile)[[[40, 40], [120, 120]], [[26, 80], [26, 80]]]
    expected = np.asarray(quarters(480, 720))[[[180, 180], [540, 540]], [[120, 360], [120, 360]]]
    assert np.abs(shown.astype(int) - expected).max() < 12


def test_frames_beyond_a_hundred_go_onto_a_second_sheet() -> None:
    frame = file_of(Image.new("RGB", (32, 18)), "JPEG")

    sheets = list(make_sheets([frame] * 101, Tiling.of(101, 32, 18)))

    assert [(s.name, s.width, s.height) for s in sheets] == [
        ("sprites/sprite_0001.jpg", 320, 180),
        ("sprites/sprite_0002.jpg", 320, 18),
    ]


SIDES = st.integers(32, 4096)


@given(st.integers(1, 250), SIDES, SIDES)
def test_tiles_lie_side_by_side_within_their_sheets(frames: int, width: int, height: int) -> None:
    tiling = Tiling.of(frames, width, height)
    places = [tiling.place(tile) for tile in range(frames)]

    assert len(set(places)) == frames
    assert max(tiling.tile_width, tiling.tile_height) <= TILE_EDGE
    assert tiling.tile_width % 2 == tiling.tile_height % 2 == 0
    assert min(tiling.tile_width, tiling.tile_height) >= 2
    assert len({sheet for sheet, _, _ in places}) == tiling.sheets
    for _, left, top in places:
        assert 0 <= left <= (tiling.columns - 1) * tiling.tile_width
        assert 0 <= top <= (ROWS - 1) * tiling.tile_height
    assert tiling.columns <= COLUMNS


@given(st.floats(0.001, 40_000), st.integers(0, 3), st.integers(32, 4096), st.integers(32, 4096))
def test_every_moment_has_the_tile_captured_last(
    duration: float, surplus: int, width: int, height: int
) -> None:
    interval = max(1, math.ceil(duration / 100))
    captured = math.ceil(duration / interval) + surplus
    shown = shown_tiles(captured, interval, duration)
    tiling = Tiling.of(shown, width, height)

    track = thumbnails(tiling, interval, duration)

    head, *blocks = track.split("\n\n")
    assert head == "WEBVTT"
    cues = [CUE.fullmatch(block.rstrip("\n") + "\n") for block in blocks]
    times = [[int(part) for part in cue.groups()[:8]] for cue in cues if cue is not None]
    spans = [(milliseconds(*one[:4]), milliseconds(*one[4:])) for one in times]
    assert len(spans) == shown == len(cues) >= 1
    assert spans[0][0] == 0
    assert spans[-1][1] == max(1, round(duration * 1000))
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    for index, (start, end) in enumerate(spans):
        assert start < end
        assert start // (1000 * interval) == (end - 1) // (1000 * interval) == index
        cue = cues[index]
        assert cue is not None
        assert (cue[9], int(cue[10]), int(cue[11])) == tiling.place(index)
        assert (int(cue[12]), int(cue[13])) == (tiling.tile_width, tiling.tile_height)


def milliseconds(hours: int, minutes: int, seconds: int, rest: int) -> int:
    assert minutes < 60 > seconds
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def test_the_last_tile_stays_where_captures_are_missing() -> None:
    track = thumbnails(Tiling.of(2, 64, 36), 1, 5.5)

    assert track == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nsprites/sprite_0001.jpg#xywh=0,0,64,36\n"
        "\n00:00:01.000 --> 00:00:05.500\nsprites/sprite_0001.jpg#xywh=64,0,64,36\n"
    )


def test_a_sheet_is_small() -> None:
    frame = file_of(photo(640, 360), "JPEG")

    [sheet] = make_sheets([frame] * 100, Tiling.of(100, 640, 360))

    assert len(sheet.data) < 700_000
    with Image.open(io.BytesIO(sheet.data)) as image:
        assert image.size == (1600, 900)
