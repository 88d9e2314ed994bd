from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spool.errors import UnsupportedType
from spool.video.ladder import (
    Rung,
    capture_size,
    master,
    preview,
    rungs,
    sprite_interval,
)
from spool.video.source import VideoSource
from tests.unit.video.sources import sources, video


def named(width: int, height: int, *, uhd: bool = False) -> list[tuple[str, int, int]]:
    ladder = rungs(video(width, height), uhd=uhd)
    return [(rung.name, rung.width, rung.height) for rung in ladder]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 1080, [("480p", 854, 480), ("720p", 1280, 720), ("1080p", 1920, 1080)]),
        (1080, 1920, [("480p", 480, 854), ("720p", 720, 1280), ("1080p", 1080, 1920)]),
        (1080, 1080, [("480p", 480, 480), ("720p", 720, 720), ("1080p", 1080, 1080)]),
        (1920, 800, [("480p", 854, 356), ("720p", 1280, 534), ("1080p", 1920, 800)]),
        (1919, 1079, [("480p", 854, 480), ("720p", 1280, 720), ("1080p", 1918, 1078)]),
        (1600, 900, [("480p", 854, 480), ("720p", 1280, 720)]),
        (1280, 720, [("480p", 854, 480), ("720p", 1280, 720)]),
        (640, 480, [("480p", 640, 480)]),
        (853, 480, [("480p", 852, 480)]),
        (480, 272, [("272p", 480, 272)]),
        (273, 485, [("272p", 272, 484)]),
        (33, 32, [("32p", 32, 32)]),
        (4096, 2304, [("480p", 854, 480), ("720p", 1280, 720), ("1080p", 1920, 1080)]),
    ],
)
def test_a_video_gets_the_rungs_that_it_fills(
    width: int, height: int, expected: list[tuple[str, int, int]]
) -> None:
    assert named(width, height) == expected


def test_the_2160p_rung_is_hevc_and_made_by_setting_only() -> None:
    assert named(3840, 2160, uhd=True)[-1] == ("2160p", 3840, 2160)
    assert [rung.codec for rung in rungs(video(3840, 2160), uhd=True)] == [
        *["H_264"] * 3,
        "H_265",
    ]
    assert named(3840, 2160)[-1][0] == "1080p"
    assert named(1920, 1080, uhd=True) == named(1920, 1080)


def test_a_rung_that_would_be_a_line_is_left_out() -> None:
    assert named(4096, 100) == [("720p", 1280, 32), ("1080p", 1920, 46)]
    assert named(4000, 40) == [("40p", 4000, 40)]


@pytest.mark.parametrize(("width", "height"), [(31, 240), (1, 1), (240, 16), (8000, 40)])
def test_a_video_that_no_encoder_takes_is_refused_with_its_size(width: int, height: int) -> None:
    with pytest.raises(UnsupportedType, match=f"{width} × {height} pixels can't be encoded"):
        rungs(video(width, height), uhd=False)


@given(sources(), st.booleans())
def test_no_rung_is_enlarged_odd_or_out_of_shape(source: VideoSource, uhd: bool) -> None:
    ladder = rungs(source, uhd=uhd)

    for rung in ladder:
        assert rung.width <= source.width
        assert rung.height <= source.height
        assert rung.width % 2 == rung.height % 2 == 0
        assert same_shape((rung.width, rung.height), source)
        assert (rung.codec == "H_265") == (rung.name == "2160p")


@given(sources(), st.booleans())
def test_rungs_ascend(source: VideoSource, uhd: bool) -> None:
    ladder = rungs(source, uhd=uhd)

    for below, above in pairwise(ladder):
        assert below.short_side < above.short_side
        assert below.width < above.width
        assert below.height < above.height


@given(sources(1), st.booleans())
def test_a_small_video_has_one_rung_or_a_reason(source: VideoSource, uhd: bool) -> None:
    assume(min(source.width, source.height) < 480)
    try:
        ladder = rungs(source, uhd=uhd)
    except UnsupportedType:
        assert min(source.width, source.height) < 32
        return

    assert ladder


@given(sources())
def test_frames_are_captured_in_the_videos_shape(source: VideoSource) -> None:
    width, height = capture_size(source)

    assert width <= source.width
    assert height <= source.height
    assert min(width, height) <= 720
    assert width % 2 == height % 2 == 0
    assert same_shape((width, height), source)


def same_shape(size: tuple[int, int], source: VideoSource) -> bool:
    """Whether some scale of the source lies within a pixel or so of both sides.

    Sides are rounded to even numbers, so by one pixel, and one more where the source's is odd.
    """
    scales = [
        ((side - 2) / of, (side + 2) / of)
        for side, of in zip(size, (source.width, source.height), strict=True)
    ]
    return max(low for low, _ in scales) < min(high for _, high in scales)


LOW, MID, FULL = (
    Rung(name=f"{short}p", width=2 * short, height=short) for short in (480, 720, 1080)
)
UHD = Rung(name="2160p", width=3840, height=2160, codec="H_265")
SMALL = Rung(name="272p", width=480, height=272)


@pytest.mark.parametrize(
    ("ladder", "top", "small"),
    [
        ((LOW, MID, FULL), FULL, MID),
        ((LOW, MID, FULL, UHD), FULL, MID),
        ((LOW, MID), MID, MID),
        ((LOW,), LOW, LOW),
        ((SMALL,), SMALL, SMALL),
        ((FULL,), FULL, FULL),
    ],
)
def test_the_mp4s_are_made_of_the_top_h264_rung_and_of_720p(
    ladder: tuple[Rung, ...], top: Rung, small: Rung
) -> None:
    assert master(ladder) == top
    assert preview(ladder) == small


@pytest.mark.parametrize(
    ("duration", "interval"),
    [(0.04, 1), (99.5, 1), (100, 1), (100.1, 2), (600, 6), (14400, 144)],
)
def test_frames_for_sprites_lie_whole_seconds_apart(duration: float, interval: int) -> None:
    assert sprite_interval(duration) == interval


@given(st.floats(0.04, 24 * 3600))
def test_no_video_has_more_than_a_hundred_sprites(duration: float) -> None:
    assert math.ceil(duration / sprite_interval(duration)) <= 100
