"""Pictures to measure with, made by code: a photo's kinds of detail, so about its entropy."""

from __future__ import annotations

from pathlib import Path

import pyvips

_GRAIN = 4.0  # standard deviation of the sensor noise, in 8-bit steps
_CLOUDS = (512, 128, 32)  # sizes in pixels of the shapes, each half as strong as the one before


def photo(width: int, height: int) -> pyvips.Image:
    """An RGB picture in memory: soft shapes of several sizes, and grain."""
    bands = [_clouds(width, height, seed) for seed in (1, 2, 3)]
    grain = pyvips.Image.gaussnoise(width, height, sigma=_GRAIN, seed=4)
    picture = bands[0].bandjoin(bands[1:]) * 90 + 128 + grain
    return picture.cast("uchar").copy(interpretation="srgb").copy_memory()


def _clouds(width: int, height: int, seed: int) -> pyvips.Image:
    total = pyvips.Image.black(width, height)
    for i, size in enumerate(_CLOUDS):
        total += pyvips.Image.perlin(width, height, cell_size=size, seed=seed) * 0.5**i
    return total


def jpeg(picture: pyvips.Image, path: Path, *, progressive: bool = False) -> Path:
    """4:2:0 at quality 90, as cameras write it."""
    picture.jpegsave(str(path), Q=90, interlace=progressive, subsample_mode="on")
    return path


def png(picture: pyvips.Image, path: Path) -> Path:
    picture.pngsave(str(path), compression=1)
    return path
