"""One scale of quality for every format: the same `q` looks the same.

`q` is libjpeg's, 4:2:0 below 90. The tables say which quality of another encoder, with the settings
that `encode` gives it, scores the same SSIMULACRA2 on photographs; `python -m bench.quality`
measures them. They stay within two points of it, which nobody sees: WebP is held below at 70 and
80, where its last points are dear, and has no more to give above 90, since its colours stay at half
resolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

STEPS = range(10, 101, 10)


class Effort(StrEnum):
    """QUICK while somebody waits; SMALL in the background, for what is asked again; INGEST for what
    is made of every upload and kept."""

    INGEST = "ingest"
    QUICK = "quick"
    SMALL = "small"


_JPEG = tuple(STEPS)
_QUICK_AVIF = (5, 27, 38, 44, 49, 54, 59, 66, 87, 100)
OWN: Mapping[Effort, Mapping[str, Sequence[int]]] = {
    Effort.INGEST: {
        "jpg": _JPEG,
        "webp": (1, 10, 25, 37, 51, 61, 75, 83, 97, 97),
        "avif": _QUICK_AVIF,
    },
    Effort.QUICK: {
        "jpg": _JPEG,
        "webp": (1, 9, 23, 35, 49, 58, 71, 80, 97, 97),
        "avif": _QUICK_AVIF,
    },
    Effort.SMALL: {
        "jpg": (12, 23, 35, 46, 58, 66, 73, 84, 93, 100),
        "webp": (1, 11, 26, 38, 51, 60, 72, 80, 96, 97),
        "avif": (2, 24, 35, 41, 46, 50, 55, 62, 86, 100),
    },
}
"""An encoder's own quality at each of STEPS."""


def own_quality(extension: str, quality: int, effort: Effort) -> int:
    """The encoder's quality for `quality` (1-100) on the common scale."""
    table = OWN[effort][extension]
    if quality < STEPS[0]:
        return max(1, round(table[0] * quality / STEPS[0]))
    step, rest = divmod(quality, 10)
    if not rest:
        return table[step - 1]
    below, above = table[step - 1 : step + 1]
    return round(below + (above - below) * rest / 10)
