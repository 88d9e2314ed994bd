"""Originals as large as cameras make them, of real photographs: the demo's, side by side.

Each is enlarged so far that it is at its own size again in a variant 1280 px wide, so that what is
encoded is as rich in detail as a photograph, and no richer.
"""

from __future__ import annotations

from pathlib import Path

import pyvips

from bench import pictures
from local.demo.photos import photographs

CACHE = Path(__file__).parent.parent / ".cache" / "demo-media" / "photos"
_GRAIN = 3.0  # standard deviation of the sensor noise, in 8-bit steps
_TILE = 640, 427


def jpeg(folder: Path) -> Path:
    """6000 x 4003 px, quality 90."""
    picture = _enlarged(_four("china", "flower", "rocket", "coffee"), 6000)
    return pictures.jpeg(picture, folder / "24 MP.jpg")


def png(folder: Path) -> Path:
    """4000 x 3000 px."""
    picture = _enlarged(_four("coffee", "motorcycle_left", "astronaut", "china"), 4240)
    return pictures.png(picture.crop(120, 0, 4000, picture.height), folder / "12 MP.png")


def _four(*stems: str) -> pyvips.Image:
    photos = photographs(CACHE)
    tiles = [_tile(pyvips.Image.new_from_array(photos[stem])) for stem in stems]
    return pyvips.Image.arrayjoin(tiles, across=2)


def _tile(photo: pyvips.Image) -> pyvips.Image:
    srgb = photo.copy(interpretation="srgb")
    return srgb.thumbnail_image(_TILE[0], height=_TILE[1], crop="centre").copy_memory()


def _enlarged(picture: pyvips.Image, width: int) -> pyvips.Image:
    large = picture.resize(width / picture.width, kernel="lanczos3")
    grain = pyvips.Image.gaussnoise(large.width, large.height, sigma=_GRAIN, seed=4)
    return (large + grain).cast("uchar").copy(interpretation="srgb").copy_memory()
