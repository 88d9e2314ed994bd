"""The two hashes of a picture: BlurHash, a placeholder; pHash, equal for what looks alike.

Both are of RGB pictures in Pillow's hands, since the libraries that others compare with are.
"""

from __future__ import annotations

import math
import warnings
from operator import mul
from statistics import median

import blurhash
from PIL import Image

BLURHASH_COMPONENTS = (4, 3)
BLURHASH_EDGE = 128

_SIDE, _LOW = 32, 8
_COSINES = [
    [2 * math.cos(math.pi * k * (2 * n + 1) / (2 * _SIDE)) for n in range(_SIDE)]
    for k in range(_LOW)
]
_NOISE_DIGITS = 6  # what rounding leaves of a coefficient that is truly 0, as in flat pictures


def blur_hash(thumbnail: Image.Image) -> str:
    """BlurHash with 4 x 3 components of a picture of at most `BLURHASH_EDGE` pixels."""
    with warnings.catch_warnings():
        # blurhash-python 1.2.2 calls getdata, which Pillow deprecates from 13 to 14
        warnings.simplefilter("ignore", DeprecationWarning)
        return str(blurhash.encode(thumbnail.copy(), *BLURHASH_COMPONENTS))  # it closes its image


def perceptual_hash(image: Image.Image) -> str:
    """64 bits in hex, as `imagehash.phash` makes them, whose scipy is too large for a Lambda.

    The 8 x 8 lowest frequencies of the 32 x 32 grey picture's DCT-II, each against their median.
    """
    grey = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).tobytes()
    rows = [_dct(grey[i : i + _SIDE]) for i in range(0, _SIDE * _SIDE, _SIDE)]
    columns = [_dct(column) for column in zip(*rows, strict=True)]
    low = [round(columns[x][y], _NOISE_DIGITS) for y in range(_LOW) for x in range(_LOW)]
    middle = median(low)
    bits = "".join("1" if value > middle else "0" for value in low)
    return f"{int(bits, 2):016x}"


def _dct(values: bytes | tuple[float, ...]) -> list[float]:
    """The `_LOW` lowest coefficients of the unnormalised DCT-II, as scipy.fftpack.dct."""
    return [sum(map(mul, values, cosines)) for cosines in _COSINES]
