from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mediaconvert.encode.rates import cadence, constant

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("average", "base", "rate"),
    [
        (Fraction(25), Fraction(25), Fraction(25)),
        (Fraction(2997, 100), Fraction(2997, 100), NTSC),
        (Fraction(299, 10), Fraction(30), Fraction(30)),  # a short clip's last frame
        (Fraction(17), Fraction(25), Fraction(17)),  # variable
        (Fraction(24000, 1001), Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(24), Fraction(24), Fraction(24)),
        (None, Fraction(24), Fraction(24)),
        (None, None, Fraction(25)),
        (Fraction(1000), Fraction(1000), Fraction(120)),
        (Fraction(1, 10), Fraction(1, 10), Fraction(1)),
    ],
)
def test_a_source_has_one_rate(
    average: Fraction | None, base: Fraction | None, rate: Fraction
) -> None:
    assert constant(average, base) == rate


@given(
    rate=st.sampled_from(
        [Fraction(24), Fraction(25), NTSC, Fraction(60), Fraction(17), Fraction(1)]
    ),
    gop=st.integers(1, 10),
    segment=st.integers(1, 12),
)
def test_segments_of_whole_gops_are_the_next_longer(rate: Fraction, gop: int, segment: int) -> None:
    codec = {"GopSizeUnits": "SECONDS", "GopSize": gop}
    group = {"SegmentLength": segment, "SegmentLengthControl": "GOP_MULTIPLE"}
    lengths = cadence(codec, group, rate)
    assert lengths.segment % lengths.gop == 0
    assert 0 <= lengths.segment - round(segment * rate) < lengths.gop


@pytest.mark.parametrize(
    ("codec", "gop"),
    [({}, 60), ({"GopSizeUnits": "AUTO"}, 60), ({"GopSizeUnits": "FRAMES", "GopSize": 48}, 48),
     ({"GopSizeUnits": "SECONDS", "GopSize": 0.5}, 15)],
)  # fmt: skip
def test_gops_are_counted_in_frames(codec: dict[str, object], gop: int) -> None:
    lengths = cadence(codec, {"SegmentLength": 5}, Fraction(30))
    assert (lengths.gop, lengths.segment) == (gop, 150)
