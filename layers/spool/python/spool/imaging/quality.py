"""One scale of quality for every format: the same `q` looks the same.

`q` is libjpeg's, 4:2:0 below 90. The tables say which quality of another encoder, with the settings
that `encode` gives it, scores the same SSIMULACRA2 on photographs; `python -m bench.quality`
measures them. WebP has no more to give above 90: its colours stay at half resolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

STEPS = range(10, 101, 10)


class Effort(StrEnum):
    """QUICK while somebody waits; SMALL in the background, for what is asked again."""

    QUICK = "quick"
    SMALL = "small"


OWN: Mapping[Effort, Mapping[str, Sequence[int]]] = {
    Effort.QUICK: {
        "jpg": (10, 20, 30, 40, 50, 60, 70, 80, 90, 100),
        "webp": (1, 10, 25, 37, 51, 61, 75, 83, 97, 97),
        "avif": (5, 27, 38, 44, 48, 51, 57, 65, 87, 100),
    },
    Effort.SMALL: {
        "jpg": (10, 21, 31, 42, 52, 63, 73, 83, 91, 100),
        "webp": (1, 10, 25, 37, 50, 60, 73, 81, 97, 97),
        "avif": (5, 26, 36, 42, 46, 49, 55, 63, 85, 100),
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
