"""What is made of every image at ingest, from one decode of the original.

    mip_2560  mip_1280          what /img makes its variants from: high quality, never served as is
    mip_3840                    another, by setting
    optimized                   the picture at its own size, small and clean
    preview  thumbnail  thumb_* lqip

Each is upright, sRGB and without metadata; none is enlarged. An animation stays one, but for its
thumbnails and placeholder, which are its first frame. A video has a `poster` in place of
`optimized` and `preview`, and all else made of that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pyvips

from spool.imaging.decode import decode, stream
from spool.imaging.encode import Encoded, encode, lqip
from spool.imaging.info import ImageInfo
from spool.imaging.vips import decoding

MIPS = (2560, 1280)
"""Long edges of the intermediates; a larger exists only where it holds more than the next."""
LARGE_MIP = 3840
"""By setting there is a third, for screens that show as much."""

PREVIEW = (1920, 1080)
THUMBNAIL = 300
THUMBS = {"thumb_large": 600, "thumb_medium": 300, "thumb_small": 150}

_WEBP_EDGE = 16383  # the format has no more

QUALITY = 80
POSTER_QUALITY = 85
MIP_QUALITY = 96
"""What is made of a mip of its own size scores half a point of SSIMULACRA2 less for it; of one at
90, which has 40 % fewer bytes, three."""

_MEMORY = 360 << 20
"""What the file, its decoder, pixels and encoder may hold together, so that a function stays within
512 MiB with 100 megapixels, the interpreter and its other libraries included."""

_RASTER_BYTES = 3  # a pixel, RGB
_ENCODER_BYTES = 6  # a pixel: mozjpeg keeps every coefficient twice (measured)


@dataclass(frozen=True)
class Rendition:
    """One file to store as `name`; `width` and `height` are in pixels, of one frame."""

    name: str
    content_type: str
    data: bytes
    width: int
    height: int


def make_renditions(
    data: bytes, info: ImageInfo, largest_mip: int = MIPS[0]
) -> Iterator[Rendition]:
    """Every rendition of an image that met the limits, one by one. `largest_mip` is 2560 or 3840,
    the long edge that the largest intermediate may have. Raises Corrupt."""
    if info.animated:
        yield from _moving(data, info, largest_mip)
        yield from _still(decode(data, info, MIPS[-1]).image, info)
        return
    original = decode(data, info, working_edge(info, len(data), largest_mip)).image
    yield from _optimized(original, info)
    extension = "webp" if info.has_alpha else "jpg"
    for edge in _larger_mips(info, largest_mip):
        original = _fitted(original, info, edge)
        yield _named(f"mip_{edge}", extension, encode(original, extension, MIP_QUALITY))
    yield _named("preview", "webp", encode(_fitted(original, info, *PREVIEW), "webp", QUALITY))
    mip = _fitted(original, info, MIPS[-1])
    yield _named("mip_1280", extension, encode(mip, extension, MIP_QUALITY))
    yield from _still(mip, info)


def make_poster(data: bytes, info: ImageInfo) -> Iterator[Rendition]:
    """Every still rendition of a video, of a JPEG of one of its frames: `poster.jpg` first. Raises
    Corrupt."""
    frame = decode(data, info, MIPS[0]).image
    poster = encode(frame, "jpg", POSTER_QUALITY, interlace=True, optimize_coding=True)
    yield _named("poster", "jpg", poster)
    if info.long_edge > MIPS[-1]:
        yield _named("mip_2560", "jpg", encode(frame, "jpg", MIP_QUALITY))
    mip = _fitted(frame, info, MIPS[-1])
    yield _named("mip_1280", "jpg", encode(mip, "jpg", MIP_QUALITY))
    yield from _still(mip, info)


def _larger_mips(info: ImageInfo, largest: int) -> list[int]:
    """Long edges of the mips that are more than the smallest, largest first."""
    edges = [LARGE_MIP, *MIPS]
    return [
        edge for edge, smaller in pairwise(edges) if edge <= largest and info.long_edge > smaller
    ]


def working_edge(info: ImageInfo, file_bytes: int, least: int = MIPS[0]) -> int:
    """Long edge at which the original is decoded: its own, unless memory forbids; `least` always.

    The decoder's own memory stands beside the pixels while decoding, a progressive encoder's while
    encoding. Some 40 megapixels fit at full size, of a progressive JPEG fewer.
    """
    room = _MEMORY - file_bytes
    pixels = min(
        (room - info.decoder_bytes) // _RASTER_BYTES,
        room // (_RASTER_BYTES + _ENCODER_BYTES),
    )
    scale = math.sqrt(max(pixels, 0) / info.pixels)
    return min(info.long_edge, max(least, int(info.long_edge * scale)))


def _optimized(image: pyvips.Image, info: ImageInfo) -> Iterator[Rendition]:
    if info.has_alpha:
        yield _named("optimized", "png", encode(image, "png", QUALITY))
    else:
        encoded = encode(image, "jpg", QUALITY, interlace=True, optimize_coding=True)
        yield _named("optimized", "jpg", encoded)


def _still(image: pyvips.Image, info: ImageInfo) -> Iterator[Rendition]:
    side = min(THUMBNAIL, image.width, image.height)
    crop = image.thumbnail_image(side, height=side, crop="attention")
    yield _named("thumbnail", "webp", encode(crop, "webp", QUALITY))
    for name, edge in THUMBS.items():
        yield _named(name, "webp", encode(_fitted(image, info, edge), "webp", QUALITY))
    yield _named("lqip", "webp", lqip(image))


def _moving(data: bytes, info: ImageInfo, largest_mip: int) -> Iterator[Rendition]:
    """The animated ones; frames stream from decoder to encoder, and equal sizes are made once."""
    boxes = {
        "optimized": _WEBP_EDGE,
        "preview": _edge_within(info, *PREVIEW),
        "mip_1280": MIPS[-1],
        **{f"mip_{edge}": edge for edge in _larger_mips(info, largest_mip)},
    }
    made: dict[int, Encoded] = {}
    for name, box in boxes.items():
        edge = min(box, info.long_edge)
        if edge not in made:
            with decoding():
                made[edge] = encode(stream(data, info, edge), "webp", QUALITY)
        yield _named(name, "webp", made[edge])


def _edge_within(info: ImageInfo, width: int, height: int) -> int:
    return int(info.long_edge * min(1, width / info.width, height / info.height))


def _fitted(
    image: pyvips.Image, info: ImageInfo, width: int, height: int | None = None
) -> pyvips.Image:
    """`image`, a copy of the original, inside the box, in memory; a square box for one side.

    The size follows from the original's, since a copy of a copy would round twice.
    """
    scale = min(1, width / info.width, (height or width) / info.height)
    size = [max(1, round(side * scale)) for side in (info.width, info.height)]
    return image.thumbnail_image(size[0], height=size[1], size="force").copy_memory()


def _named(name: str, extension: str, encoded: Encoded) -> Rendition:
    return Rendition(
        f"{name}.{extension}",
        encoded.content_type,
        encoded.data,
        encoded.width,
        encoded.height,
    )
