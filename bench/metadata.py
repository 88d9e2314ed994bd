"""The metadata pass against the obvious calls of its peers, and against a bare decode."""

from __future__ import annotations

import io
import tempfile
import warnings
from pathlib import Path

import blurhash
import imagehash
import pyvips
from PIL import Image, ImageOps

from bench import pictures
from bench.measure import Row, compared, paired, seconds
from spool.formats import JPEG
from spool.imaging.metadata import extract

ROUNDS, BARE_ROUNDS = 9, 31
SIZE = 6000, 4000
GOAL_OBVIOUS, GOAL_BARE = 0.20, 1.3


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = pictures.jpeg(pictures.photo(*SIZE), Path(folder) / "photo.jpg")
        data = path.read_bytes()
    extract(data, JPEG)  # imports are the cold start's business
    ours = seconds(lambda: extract(data, JPEG))
    return [
        compared(
            "metadata of a 24 MP JPEG, against the obvious calls",
            "s",
            *paired(ours, seconds(lambda: obvious(data)), rounds=ROUNDS),
            peer_name="Pillow + imagehash + blurhash",
            goal=GOAL_OBVIOUS,
        ),
        compared(
            "metadata of a 24 MP JPEG, against a bare decode",
            "s",
            *paired(ours, seconds(lambda: bare(data)), rounds=BARE_ROUNDS),
            peer_name="pyvips thumbnail",
            goal=GOAL_BARE,
        ),
    ]


def obvious(data: bytes) -> dict[str, object]:
    """What the libraries' own examples do for the same values."""
    with Image.open(io.BytesIO(data)) as opened:
        exif = dict(opened.getexif())
        image = ImageOps.exif_transpose(opened).convert("RGB")
    thumbnail = image.copy()
    thumbnail.thumbnail((128, 128), Image.Resampling.LANCZOS)
    colours = thumbnail.quantize(6).getpalette()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        blurred = blurhash.encode(thumbnail, 4, 3)
    return {
        "exif": exif,
        "size": image.size,
        "phash": str(imagehash.phash(image)),
        "blurhash": blurred,
        "palette": colours,
    }


def bare(data: bytes) -> object:
    """One shrink-on-load decode to the size that the metadata pass works at."""
    return pyvips.Image.thumbnail_buffer(data, 512, height=512, size="down").copy_memory()


if __name__ == "__main__":
    for row in measure():
        print(row)
