"""Looking at an image before anything decodes it: what it is, and whether it is too much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spool.errors import (
    Corrupt,
    EmptyFile,
    PixelLimit,
    ResourceLimit,
    UnsafeContent,
    UnsupportedType,
)
from spool.formats import AVIF, GIF, HEIC, JPEG, PNG, SVG, TIFF, WEBP, Format, sniff
from spool.imaging.headers import MALFORMED, gif, heif, jpeg, png, svg, tiff, webp
from spool.imaging.info import ImageInfo

__all__ = ["ImageInfo", "Limits", "check_limits", "probe"]


@dataclass(frozen=True)
class Limits:
    """`pixels` bounds width x height x frames; `decoder_bytes` what a decoder may hold at once."""

    pixels: int = 100_000_000
    decoder_bytes: int = 1 << 30


def probe(data: bytes, fmt: Format) -> ImageInfo:
    """What `data`, whose bytes begin as `fmt`'s, says of itself. No pixel is decoded.

    Raises EmptyFile, Corrupt, UnsupportedType, UnsafeContent or ResourceLimit.
    """
    if not data:
        raise EmptyFile
    if fmt not in _READERS:
        raise UnsupportedType(f"{fmt.content_type} is not an image that Spool takes.")
    try:
        return _READERS[fmt](data)
    except MALFORMED as error:
        raise Corrupt("The file's header is damaged or cut off.") from error


def check_limits(info: ImageInfo, limits: Limits) -> None:
    """Raises PixelLimit or ResourceLimit when decoding `info`'s image would take too much."""
    if info.pixels > limits.pixels:
        frames = f" x {info.frames} frames" if info.animated else ""
        raise PixelLimit(
            f"The image has {info.width} x {info.height}{frames} pixels; "
            f"at most {limits.pixels:,} are allowed."
        )
    if info.decoder_bytes > limits.decoder_bytes:
        raise ResourceLimit(
            f"Decoding the image would take {info.decoder_bytes >> 20} MiB of memory; "
            f"at most {limits.decoder_bytes >> 20} MiB are allowed."
        )


def _read_svg(data: bytes) -> ImageInfo:
    return svg.read(data, _check_embedded)


def _check_embedded(data: bytes) -> None:
    """An image inside an SVG meets the default limits itself, and is no SVG in its turn."""
    fmt = sniff(data)
    if fmt not in {JPEG, PNG, GIF, WEBP}:
        raise UnsafeContent("The SVG holds something in place of an image.")
    check_limits(probe(data, fmt), Limits())


_READERS: Mapping[Format, Callable[[bytes], ImageInfo]] = {
    JPEG: jpeg.read,
    PNG: png.read,
    GIF: gif.read,
    WEBP: webp.read,
    AVIF: heif.read_avif,
    HEIC: heif.read_heic,
    TIFF: tiff.read,
    SVG: _read_svg,
}
