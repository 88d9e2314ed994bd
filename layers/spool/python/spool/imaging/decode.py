"""From a file to upright 8-bit sRGB pixels, no larger than asked.

Decoders are strict: a picture that is cut off is refused. JPEG alone gets a second look, because
some cameras write restart markers wrongly and their pictures decode all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyvips

from spool.formats import AVIF, GIF, HEIC, JPEG, PNG, SVG, TIFF, WEBP, Format
from spool.imaging.info import ImageInfo
from spool.imaging.vips import SRGB, decoding, on_white

REPAIRED = "The JPEG has errors that its decoder could repair; parts of it may look wrong."

_STRICT, _LENIENT = "warning", "truncated"
_SHRINKS_ON_LOAD = {JPEG, WEBP, SVG}
_LOADERS: Mapping[Format, str] = {
    PNG: "pngload_source",
    GIF: "gifload_source",
    AVIF: "heifload_source",
    TIFF: "tiffload_source",
}


@dataclass(frozen=True)
class Decoded:
    """An image in memory, and what its decoder had to overlook."""

    image: pyvips.Image
    warnings: tuple[str, ...] = ()


def decode(data: bytes, info: ImageInfo, edge: int) -> Decoded:
    """The (first) frame in memory, its long edge at most `edge` pixels, never enlarged.

    RGB, or RGBA where the file has alpha. Raises Corrupt.
    """
    if info.format != JPEG:
        with decoding():
            return Decoded(_upright(_load(data, info, edge, "error"), info).copy_memory())
    try:
        return Decoded(_upright(_load(data, info, edge, _STRICT), info).copy_memory())
    except pyvips.Error:
        with decoding():
            image = _upright(_load(data, info, edge, _LENIENT), info).copy_memory()
            return Decoded(image, (REPAIRED,))


def stream(data: bytes, info: ImageInfo, edge: int) -> pyvips.Image:
    """All frames, one below the other, decoded as they are read: use it within `decoding()`."""
    return _srgb(_load(data, info, edge, "error", frames=-1), info)


def _load(data: bytes, info: ImageInfo, edge: int, fail_on: str, frames: int = 1) -> pyvips.Image:
    fitted: dict[str, object] = {"height": edge, "size": "down", "no_rotate": True}
    if info.icc:
        # Only then: without a profile it would convert through XYZ, 20 times slower.
        fitted["output_profile"] = SRGB
    if info.format == HEIC:
        from spool.imaging import heic  # noqa: PLC0415  50 ms of cold start that only HEIC needs

        return heic.thumbnail(data, info, edge, **fitted)
    source = pyvips.Source.new_from_memory(data)  # the *_buffer loaders copy the whole file
    if info.format in _SHRINKS_ON_LOAD:
        options = f"[fail_on={fail_on}{f',n={frames}' if info.animated else ''}]"
        return pyvips.Image.thumbnail_source(source, edge, option_string=options, **fitted)
    load = getattr(pyvips.Image, _LOADERS[info.format])
    paged = {"n": frames} if info.animated else {}
    image = load(source, access="sequential", fail_on=fail_on, **paged)
    return image.thumbnail_image(edge, **fitted)


def _upright(image: pyvips.Image, info: ImageInfo) -> pyvips.Image:
    image = _srgb(image, info)
    if info.orientation == 1:
        return image
    image = image.copy_memory()  # turning reads out of order, decoders only give rows in theirs
    image.set_type(pyvips.GValue.gint_type, "orientation", info.orientation)
    return image.autorot()


def _srgb(image: pyvips.Image, info: ImageInfo) -> pyvips.Image:
    """8-bit sRGB, with an alpha band only where the file has one: some loaders always add it."""
    if image.interpretation != SRGB:
        image = image.colourspace(SRGB)
    if not info.has_alpha:
        image = on_white(image)
    return image if image.format == "uchar" else image.cast("uchar")
