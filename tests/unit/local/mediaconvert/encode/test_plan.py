"""The command, without running it."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from local.mediaconvert.encode.encoders import crf, quantizer
from local.mediaconvert.encode.plan import plan
from local.mediaconvert.encode.source import Source
from tests.unit.local.mediaconvert.encode.clips import h264, job, output

SOURCE = Source(
    path=Path("/in/source"),
    demuxer="mov",
    video=0,
    audio=(1, 2),
    width=1920,
    height=1080,
    turned=False,
    sar=Fraction(1),
    frame_rate=Fraction(30000, 1001),
    duration=60,
    whole=False,
    transfer=1,
    matrix="bt709",
)


def option(arguments: tuple[str, ...], name: str) -> list[str]:
    """All values of an option, in order."""
    return [value for flag, value in itertools.pairwise(arguments) if flag == name]


def test_one_input_is_decoded_once_for_all_outputs(tmp_path: Path) -> None:
    settings = job("_480p", "_720p", "_1080p", "_audio", "_poster", "_sprite")
    arguments = plan(settings, SOURCE, tmp_path).arguments
    assert option(arguments, "-i") == ["/in/source"]
    [graph] = option(arguments, "-filter_complex")
    assert graph.count("[0:0]") == 1
    assert "split=5" in graph
    assert option(arguments, "-map") == [f"[o{index}]" for index in range(6)]


def test_what_all_pictures_share_is_done_before_they_part(tmp_path: Path) -> None:
    settings = job("_480p", "_720p")
    output(settings, "_720p")["VideoDescription"]["Width"] = 1280
    [graph] = option(plan(settings, SOURCE, tmp_path).arguments, "-filter_complex")
    trunk, *branches = graph.split(";")
    assert "bwdif" in trunk
    assert "fps=30000/1001" in trunk
    assert all("scale=" in branch and "fps=" not in branch for branch in branches)


def test_the_input_is_opened_as_what_it_is_and_nothing_else(tmp_path: Path) -> None:
    arguments = plan(job("_480p"), SOURCE, tmp_path).arguments
    before = arguments[: arguments.index("-i")]
    assert option(before, "-f") == ["mov"]
    assert option(before, "-format_whitelist") == ["mov"]
    assert option(before, "-protocol_whitelist") == ["file"]


def test_a_specified_frame_rate_is_obeyed(tmp_path: Path) -> None:
    settings = job("_480p")
    h264(settings).update(
        FramerateControl="SPECIFIED", FramerateNumerator=15, FramerateDenominator=1
    )
    arguments = plan(settings, SOURCE, tmp_path).arguments
    assert "fps=15:" in option(arguments, "-filter_complex")[0]
    assert option(arguments, "-force_key_frames") == ["expr:eq(mod(mod(n,90),30),0)"]


@pytest.mark.parametrize(
    ("mode", "rate"), [("CBR", ["900", "900", "900"]), ("VBR", ["900", None, "1000"])]
)
def test_bit_rates_are_those_stated(mode: str, rate: list[str | None], tmp_path: Path) -> None:
    settings = job("_480p")
    h264(settings).update(RateControlMode=mode, Bitrate=900, MaxBitrate=1000)
    arguments = plan(settings, SOURCE, tmp_path).arguments
    found = [option(arguments, name) for name in ("-b:v", "-minrate", "-maxrate")]
    assert [next(iter(values), None) for values in found] == rate
    assert not option(arguments, "-crf")


@pytest.mark.parametrize(
    ("stated", "size"),
    [
        ({"Width": 1280, "Height": 720}, "1280:720"),
        ({"Width": 1280}, "1280:720"),
        ({"Height": 480}, "854:480"),
        ({}, "1920:1080"),
    ],
)
def test_a_side_that_is_not_stated_follows(
    stated: dict[str, int], size: str, tmp_path: Path
) -> None:
    settings = job("_480p")
    picture = output(settings, "_480p")["VideoDescription"]
    for side in ("Width", "Height"):
        picture.pop(side)
    picture.update(stated)
    assert (
        f"scale={size}:" in option(plan(settings, SOURCE, tmp_path).arguments, "-filter_complex")[0]
    )


def test_rounding_to_even_sides_leaves_no_bars(tmp_path: Path) -> None:
    """854 × 480 is not quite 16:9."""
    settings = job("_480p", size=(854, 480))
    output(settings, "_480p")["VideoDescription"]["ScalingBehavior"] = "DEFAULT"
    assert "pad=" not in option(plan(settings, SOURCE, tmp_path).arguments, "-filter_complex")[0]


def test_a_higher_quality_level_is_a_lower_rate_factor() -> None:
    assert [crf(level, hevc=False) for level in (1, 7, 8, 10)] == [30.5, 21.5, 20, 17]
    assert crf(8, hevc=True) == 23


def test_jpeg_qualities_fall_with_the_quantizer() -> None:
    values = [quantizer(quality) for quality in range(1, 101)]
    assert values == sorted(values, reverse=True)
    assert (values[0], values[-1]) == (31, 1)
