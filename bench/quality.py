"""`python -m bench.quality [picture…]`: which quality of each encoder looks like JPEG's.

Every encoder, with the settings that ours has, compresses photographs at many qualities; the table
gives the quality at which its mean SSIMULACRA2 is that of JPEG at 10, 20, … 100. It is what
`spool/imaging/quality.py` holds. The photographs are the demo's, and any that are named.
"""

from __future__ import annotations

import io
import statistics
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyvips
from ssimulacra2 import compute_ssimulacra2

from local.demo.photos import photographs
from spool.imaging.encode import SAVERS, SETTINGS
from spool.imaging.quality import OWN, STEPS, Effort
from spool.imaging.vips import SRGB, on_white

CACHE = Path(__file__).parent.parent / ".cache" / "demo-media" / "photos"
STEMS = ("astronaut", "chelsea", "china", "coffee", "flower", "motorcycle_left", "rocket")
EDGE = 800
GRID = (1, 4, 8, *range(14, 50, 6), *range(50, 98, 4), 98, 100)

_LAST = 0.5  # points that an encoder's very best isn't worth


def score(reference: pyvips.Image, encoded: bytes) -> float:
    """SSIMULACRA2 of an encoded picture: 100 is the reference, 90 can't be told from it side by
    side, 70 is high quality, 50 medium."""
    lossless = reference.pngsave_buffer(compression=0)
    return float(compute_ssimulacra2(io.BytesIO(lossless), io.BytesIO(encoded)))


def photos(named: Sequence[Path] = ()) -> list[pyvips.Image]:
    """sRGB, in memory, at most EDGE px."""
    photographs(CACHE)
    known = {path.stem: path for path in CACHE.iterdir()}
    return [_small(path) for path in [*(known[stem] for stem in STEMS), *named]]


def _small(path: Path) -> pyvips.Image:
    small = pyvips.Image.thumbnail(str(path), EDGE, height=EDGE, size="down")
    return on_white(small.colourspace(SRGB)).copy_memory()


def mean_score(pictures: Sequence[pyvips.Image], effort: Effort, extension: str, own: int) -> float:
    def encoded(picture: pyvips.Image) -> bytes:
        settings = {**SETTINGS[effort][extension], "Q": own, "keep": "none"}
        return bytes(getattr(picture, SAVERS[extension])(**settings))

    return statistics.fmean(score(picture, encoded(picture)) for picture in pictures)


def curve(
    effort: Effort, extension: str, qualities: Sequence[int], named: Sequence[Path]
) -> list[float]:
    """The mean score at each of an encoder's own qualities, made to rise."""
    pictures = photos(named)
    scores = [mean_score(pictures, effort, extension, own) for own in qualities]
    return [float(value) for value in np.maximum.accumulate(scores)]


def main(named: Sequence[Path]) -> None:
    series = [(Effort.QUICK, "jpg", tuple(STEPS)), (Effort.INGEST, "webp", GRID)]
    series += [
        (effort, extension, GRID)
        for effort in (Effort.QUICK, Effort.SMALL)
        for extension in OWN[effort]
        if (effort, extension) != (Effort.QUICK, "jpg")
    ]
    photos(named)  # downloaded once, before two processes want them
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        curves = pool.map(curve, *zip(*series, strict=True), [named] * len(series))
        scale = next(curves)
        print("SSIMULACRA2 of JPEG at q:", [round(value, 1) for value in scale])
        for (effort, extension, grid), scores in zip(series[1:], curves, strict=True):
            wanted = np.minimum(scale, scores[-1] - _LAST)
            own = [round(float(value)) for value in np.interp(wanted, scores, grid)]
            reached = [round(float(value), 1) for value in np.interp(own, grid, scores)]
            print(f"{effort:5} {extension:4} {own}\n  at {reached}", flush=True)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
