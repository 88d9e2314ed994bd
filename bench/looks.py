"""100,000 perceptual hashes as photographs have them: of crops of the demo's photographs, tilted,
flipped and turned, among them some that are near others: encoded anew, smaller, brighter, darker.

The same ones each time. Their frequencies are taken of many pictures at once; that the hashes are
bit for bit the pipeline's is checked on some.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from bench.photographs import CACHE
from local.demo.photos import photographs
from spool.imaging.hashes import perceptual_hash

NUMBER, VARIATIONS = 100_000, 3_000
CHECKED = 300
_SEED = 6
_EDGE = 448  # of the photographs: hashes are of 32 x 32 pixels in any case
_SIDE, _LOW = 32, 8
_TILTS = (-15, -10, -5, 0, 5, 10, 15)  # degrees
_TURNS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)


@dataclass(frozen=True)
class Looks:
    """The hashes; the last `VARIATIONS` are near those at `originals`."""

    hashes: Sequence[str]
    originals: Sequence[int]

    @property
    def pairs(self) -> Sequence[tuple[int, int]]:
        """The places of a picture and of its variation."""
        return list(zip(self.originals, range(NUMBER - VARIATIONS, NUMBER), strict=True))


def looks() -> Looks:
    chosen = random.Random(_SEED)
    crops = NUMBER - VARIATIONS
    originals = sorted(chosen.sample(range(crops), VARIATIONS))
    kept: list[Image.Image] = []
    wanted = set(originals)
    small = np.empty((NUMBER, _SIDE, _SIDE))
    checked: list[str] = []
    for index, picture in enumerate(_crops(chosen, crops)):
        small[index] = _small(picture)
        if index in wanted:
            kept.append(picture)
        if index < CHECKED:
            checked.append(perceptual_hash(picture))
    for index, picture in enumerate(kept, crops):
        small[index] = _small(_varied(chosen, picture))
    hashes = _hashes(small)
    if hashes[:CHECKED] != checked:
        raise RuntimeError("These are not the hashes that the pipeline makes.")
    return Looks(hashes, originals)


def _crops(chosen: random.Random, number: int) -> Iterator[Image.Image]:
    """Of 5 to 60 % of a photograph's area, from twice as high as wide to twice as wide as high."""
    photos = [
        _tilted(_grey(photo), angle) for photo in photographs(CACHE).values() for angle in _TILTS
    ]
    for _ in range(number):
        photo = chosen.choice(photos)
        area = chosen.uniform(0.05, 0.6) * photo.width * photo.height
        ratio = 2 ** chosen.uniform(-1, 1)
        width = min(photo.width, max(_SIDE, round(math.sqrt(area * ratio))))
        height = min(photo.height, max(_SIDE, round(math.sqrt(area / ratio))))
        x, y = chosen.randint(0, photo.width - width), chosen.randint(0, photo.height - height)
        crop = photo.crop((x, y, x + width, y + height))
        if chosen.random() < 0.5:
            crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if chosen.random() < 0.3:
            crop = crop.transpose(chosen.choice(_TURNS))
        yield crop


def _grey(photo: Image.Image) -> Image.Image:
    grey = photo.convert("L")
    grey.thumbnail((_EDGE, _EDGE), Image.Resampling.LANCZOS)
    return grey


def _tilted(photo: Image.Image, degrees: int) -> Image.Image:
    """As much of it as has no empty corner."""
    sine, cosine = math.sin(math.radians(abs(degrees))), math.cos(math.radians(degrees))
    longer = max(photo.width / photo.height, photo.height / photo.width)
    share = 1 / (cosine + longer * sine)
    width, height = int(photo.width * share), int(photo.height * share)
    x, y = (photo.width - width) // 2, (photo.height - height) // 2
    turned = photo.rotate(degrees, Image.Resampling.BICUBIC)
    return turned.crop((x, y, x + width, y + height))


def _varied(chosen: random.Random, picture: Image.Image) -> Image.Image:
    """Encoded anew, after it was made smaller, brighter or darker, or left as it was."""
    kind = chosen.randrange(3)
    if kind == 1:
        share = chosen.uniform(0.4, 0.9)
        size = max(_SIDE, int(picture.width * share)), max(_SIDE, int(picture.height * share))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    elif kind == 2:
        picture = ImageEnhance.Brightness(picture).enhance(chosen.uniform(0.6, 1.4))
    file = BytesIO()
    picture.save(file, "JPEG", quality=chosen.randint(30, 90))
    return Image.open(file)


def _small(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))


def _hashes(small: NDArray[np.float64]) -> list[str]:
    """As spool.imaging.hashes, of many at once."""
    waves = np.pi * np.outer(np.arange(_LOW), 2 * np.arange(_SIDE) + 1) / (2 * _SIDE)
    cosines = 2 * np.cos(waves)
    low = np.round(cosines @ small @ cosines.T, 6).reshape(len(small), -1)
    bits = low > np.median(low, axis=1, keepdims=True)
    return [row.tobytes().hex() for row in np.packbits(bits, axis=1)]
