"""The ladder: which sizes a video is encoded at, and when frames are captured of it.

A rung is a box of 16:9, turned as the video is. A video that fills a box, or nearly, gets that
rung, scaled down into it; a video too small for any gets one rung of its own size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from spool.errors import UnsupportedType
from spool.video.source import VideoSource

RUNGS = (480, 720, 1080)
"""Short sides of the boxes, as the owner asks."""
UHD = 2160
PREVIEW = CAPTURE = 720
"""Short sides that the small MP4 and the captured frames don't exceed."""

NEARLY = Fraction(11, 10)
"""A video this much smaller than a box, as one cropped by some lines, still gets its rung, at its
own size: the rung below would lose what it has."""

SHORTEST, LONGEST = 32, 4096
"""Sides that MediaConvert encodes: `Width` and `Height` start at 32, H.264 ends at 4096.

https://docs.aws.amazon.com/mediaconvert/latest/ug/supported-output-resolution-maximums-by-codec.html
"""

MOST_SPRITES = 100
"""Frames captured for sprites: what one scrubbing strip shows, whatever the video's length."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One picture size of the stream, in pixels; `codec` is MediaConvert's name of it."""

    name: str
    width: int
    height: int
    codec: str = "H_264"

    @property
    def short_side(self) -> int:
        """Of the rung's box: 1080 of `1080p`, also where a wide video is only 800 high."""
        return int(self.name.removesuffix("p"))


def box(short: int) -> tuple[int, int]:
    """(long, short) side of the 16:9 box, both even: 854 × 480, 1280 × 720, ...."""
    return _even(Fraction(16, 9) * short), short


def rungs(source: VideoSource, *, uhd: bool) -> tuple[Rung, ...]:
    """The video's rungs, smallest first; at least one, none enlarged, all sides even.

    Raises UnsupportedType for a video that no encoder takes: a side under 32 pixels.
    """
    ladder = [rung for short in RUNGS if (rung := _in_box(source, short))] or [_own_size(source)]
    top = _in_box(source, UHD, codec="H_265") if uhd else None
    if top and min(top.width - ladder[-1].width, top.height - ladder[-1].height) > 0:
        ladder.append(top)
    return tuple(ladder)


def master(ladder: Sequence[Rung]) -> Rung:
    """The rung that the downloadable MP4 is made of: the largest that every player decodes."""
    return next(rung for rung in reversed(ladder) if rung.codec == "H_264")


def preview(ladder: Sequence[Rung]) -> Rung:
    """The rung that the small MP4 is made of: 720p, or else the largest below it."""
    small = [rung for rung in ladder if rung.short_side <= PREVIEW]
    return small[-1] if small else ladder[0]


def capture_size(source: VideoSource) -> tuple[int, int]:
    """(width, height) of captured frames: the video's, with a short side of 720 at most."""
    short, long = sorted((source.width, source.height))
    return _scaled(source, min(Fraction(1), Fraction(CAPTURE, short), Fraction(LONGEST, long)))


def sprite_interval(duration: float) -> int:
    """Whole seconds from one captured frame to the next: at most 100 frames in all."""
    return max(1, math.ceil(duration / MOST_SPRITES))


def _in_box(source: VideoSource, short: int, codec: str = "H_264") -> Rung | None:
    """The video scaled down into the box, unless it is too small for it or too little is left."""
    ratios = zip(sorted(box(short)), sorted((source.width, source.height)), strict=True)
    scale = min(Fraction(side, of) for side, of in ratios)
    width, height = _scaled(source, min(scale, Fraction(1)))
    if scale > NEARLY or min(width, height) < SHORTEST:
        return None
    return Rung(name=f"{short}p", width=width, height=height, codec=codec)


def _own_size(source: VideoSource) -> Rung:
    width, height = _scaled(source, Fraction(1))
    if min(width, height) < SHORTEST or max(width, height) > LONGEST:
        raise UnsupportedType(
            f"A video of {source.width} × {source.height} pixels can't be encoded: "
            f"its sides must be {SHORTEST} to {LONGEST} pixels long."
        )
    return Rung(name=f"{min(width, height)}p", width=width, height=height)


def _scaled(source: VideoSource, scale: Fraction) -> tuple[int, int]:
    """Even sides nearest to the scaled ones, none above the source's."""
    return (
        min(_even(source.width * scale), source.width // 2 * 2),
        min(_even(source.height * scale), source.height // 2 * 2),
    )


def _even(side: Fraction) -> int:
    return 2 * round(side / 2)
