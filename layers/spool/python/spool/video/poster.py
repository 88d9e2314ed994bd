"""Which frame stands for a video until it plays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyvips

from spool.imaging.vips import SRGB, decoding

FLAT = 6.0
"""Deviation of 8-bit values below which a frame shows nothing. Measured: black and white with heavy
grain have 3 to 4, a card of a faint gradient 5, so have the first frames of a fade-in; a picture
almost too dark to see has 9, a small title on black 10, most pictures more than 30."""

_EDGE = 64  # noise and grain are gone at this size


def candidates(
    first: Sequence[str], sprites: Sequence[str], interval: float, duration: float
) -> list[str]:
    """Captures that may be the poster, the best guess first: at 1 s (the last of `first`), since
    videos fade in, at a quarter and at half; `sprites` are `interval` seconds apart."""
    later = [int(moment / interval) for moment in (duration / 4, duration / 2)]
    found = [first[-1], *(sprites[min(index, len(sprites) - 1)] for index in later)]
    return list(dict.fromkeys(found))


def choose(frames: Iterable[bytes]) -> bytes:
    """The first frame that shows something, else the one that shows most; `frames` is read no
    further. Raises Corrupt, ValueError when there is none."""
    best, contrast = None, -1.0
    for frame in frames:
        found = deviation(frame)
        if found > contrast:
            best, contrast = frame, found
        if contrast >= FLAT:
            break
    if best is None:
        raise ValueError("no frame to choose from")
    return best


def deviation(frame: bytes) -> float:
    """Standard deviation of a picture's values, 0-127: that of the channel where it is largest, so
    that colours of one brightness count too."""
    with decoding():
        small = pyvips.Image.thumbnail_buffer(frame, _EDGE, height=_EDGE)
        bands = small.colourspace(SRGB).copy_memory().bandsplit()
        return float(max(band.deviate() for band in bands))
