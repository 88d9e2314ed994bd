"""`python -m bench.economy`: what `spool/imaging/economy.py` knows of encodes, and what follows.

A GIF is an animation of frames of the photograph; a PNG is the photograph.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from time import perf_counter

import pyvips

from bench import photographs
from bench.img import one_core
from spool.imaging.economy import MEASURED, SMALL_AFTER, Encode, fetch_cost, small_cost
from spool.imaging.encode import encode
from spool.imaging.options import VariantOptions
from spool.imaging.variant import Effort, make_variant

ROUNDS = 3
WIDTH = 1280
_FRAMES = 12


def measured(fmt: str, mip: bytes, width: int) -> Encode:
    options = VariantOptions(w=width, format=fmt)
    took = []
    for _ in range(ROUNDS):
        start = perf_counter()
        small = make_variant(mip, options, Effort.SMALL)
        took.append(perf_counter() - start)
    quick = make_variant(mip, options, Effort.QUICK)
    return Encode(statistics.median(took), max(0, len(quick.data) - len(small.data)))


def panned(picture: pyvips.Image, width: int, height: int) -> bytes:
    """An animation: a window that moves over `picture`."""
    frames = [picture.crop(8 * i, 4 * i, width, height) for i in range(_FRAMES)]
    joined = pyvips.Image.arrayjoin(frames, across=1).copy()
    joined.set_type(pyvips.GValue.gint_type, "page-height", height)
    return encode(joined, "webp", 90).data


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, one_core():
        original = photographs.jpeg(Path(folder)).read_bytes()
        picture = pyvips.Image.thumbnail_buffer(original, WIDTH).copy_memory()
        mip = encode(picture, "jpg", 90).data
        moving = panned(picture, 480, 320)
        for fmt in MEASURED:
            found = measured(fmt, *((moving, 480) if fmt == "gif" else (mip, WIDTH)))
            after = small_cost(found) / fetch_cost(found)
            print(f'"{fmt}": Encode({found.seconds:.2g}, {found.saved:_}),  # after {after:.1f}')
    print("in use:", dict(SMALL_AFTER))


if __name__ == "__main__":
    main()
