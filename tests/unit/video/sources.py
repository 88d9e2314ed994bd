"""Videos of every shape, as probing describes them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from spool.video.source import VideoSource


def video(width: int = 1920, height: int = 1080, **facts: Any) -> VideoSource:
    """Ten seconds of stereo at 25 frames a second, unless `facts` say otherwise."""
    plain: dict[str, Any] = {"duration": 10.0, "frame_rate": 25, "audio_channels": 2, "hdr": False}
    facts = {**plain, **facts}
    facts["frame_rate"] = Fraction(facts["frame_rate"])
    return VideoSource(width=width, height=height, **facts)


def sides(low: int) -> st.SearchStrategy[int]:
    common = st.sampled_from([240, 272, 360, 480, 540, 720, 854, 1080, 1280, 1920, 2160, 3840])
    return st.integers(low, 4096) | common


def sources(low: int = 32) -> st.SearchStrategy[VideoSource]:
    """`low` pixels a side at least: 32 is the least that MediaConvert encodes."""
    rates = [*range(1, 121), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)]
    return st.builds(
        VideoSource,
        width=sides(low),
        height=sides(low),
        duration=st.floats(0.04, 4 * 3600),
        frame_rate=st.sampled_from(rates).map(Fraction),
        audio_channels=st.integers(0, 8),
        hdr=st.booleans(),
        rotation=st.sampled_from([0, 90, 180, 270]),
        variable_frame_rate=st.booleans(),
    )
