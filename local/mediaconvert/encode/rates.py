"""The constant frame rate that a source is encoded at, and the frames of GOPs and segments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_STANDARD = tuple(
    Fraction(rate)
    for rate in (
        Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30, 48, 50,
        Fraction(60000, 1001), 60, 100, Fraction(120000, 1001), 120,
    )
)  # fmt: skip
_SAME = 0.001  # relative: 23.976 and 24 differ by as much
_CONSTANT = 0.02  # the last frame's duration moves the average of a short clip by as much
_SLOWEST, FASTEST = Fraction(1), Fraction(120)
_AUTOMATIC_GOP = 2  # seconds


def constant(average: Fraction | None, base: Fraction | None) -> Fraction:
    """Frames per second of a source whose time stamps give `average`, while `base` fits them all.

    MediaConvert's outputs have one rate; a variable one is followed by its average.
    """
    if average is None or average <= 0:
        average = base or Fraction(25)
    if base and abs(base - average) <= average * _CONSTANT:
        average = base
    rate = min(_STANDARD, key=lambda standard: abs(standard - average))
    if abs(rate - average) > average * _SAME / 2:
        rate = average.limit_denominator(1001)
    return min(max(rate, _SLOWEST), FASTEST)


@dataclass(frozen=True)
class Cadence:
    """Lengths in whole frames, at least one: of a GOP, of a segment."""

    gop: int
    segment: int

    @property
    def keyframes(self) -> str:
        """FFmpeg's expression for the frames that must be IDR: each GOP's and segment's first."""
        return f"expr:eq(mod(mod(n,{self.segment}),{self.gop}),0)"


def cadence(codec: Mapping[str, Any], group: Mapping[str, Any], rate: Fraction) -> Cadence:
    """EXACT segments begin a GOP of their own; GOP_MULTIPLE rounds them up to whole GOPs."""
    gop = _frames(*_gop(codec), rate)
    segment = _frames(group.get("SegmentLength", 10), "SECONDS", rate)
    if group.get("SegmentLengthControl", "EXACT") == "GOP_MULTIPLE":
        segment = gop * math.ceil(Fraction(segment, gop))
    return Cadence(gop, segment)


def _gop(codec: Mapping[str, Any]) -> tuple[float, str]:
    units = codec.get("GopSizeUnits", "AUTO")
    return (_AUTOMATIC_GOP, "SECONDS") if units == "AUTO" else (codec["GopSize"], units)


def _frames(length: float, units: str, rate: Fraction) -> int:
    return max(1, round(length * rate) if units == "SECONDS" else round(length))
