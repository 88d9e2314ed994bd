"""Everything that is recorded of an image, from one shrink-on-load decode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from spool.formats import Format
from spool.imaging import exif
from spool.imaging.decode import decode
from spool.imaging.hashes import BLURHASH_EDGE, blur_hash, perceptual_hash
from spool.imaging.icc import profile_name
from spool.imaging.palette import palette
from spool.imaging.probe import probe
from spool.imaging.vips import on_white

_WHOLE = 2048
"""Up to this long edge a picture is decoded whole: that is cheap, and its BlurHash is then digit
for digit that of Pillow's thumbnail of it."""

_SHRUNK = 512
"""Long edge at which larger pictures are decoded. Measured: from here on the pHash is that of the
full-size picture, bit for bit; at 384 px it is not for every photo."""


@dataclass(frozen=True, kw_only=True)
class ImageMetadata:
    """What is recorded of an image.

    `width` and `height` are upright; colours are `#rrggbb`, the most frequent first. `exif` may be
    shown to anyone, `private_exif` (GPS, serial numbers, owners) must not leave the catalogue.
    """

    width: int
    height: int
    frames: int
    has_alpha: bool
    blurhash: str
    perceptual_hash: str
    palette: tuple[str, ...]
    dominant_color: str
    exif: Mapping[str, Any]
    private_exif: Mapping[str, Any]
    icc_profile: str | None
    warnings: tuple[str, ...]


def extract(data: bytes, fmt: Format) -> ImageMetadata:
    """Metadata of an image that met the limits. Raises MediaError."""
    info = probe(data, fmt)
    decoded = decode(data, info, info.long_edge if info.long_edge <= _WHOLE else _SHRUNK)
    picture = _pillow(on_white(decoded.image))
    thumbnail = picture.copy()
    thumbnail.thumbnail((BLURHASH_EDGE, BLURHASH_EDGE), Image.Resampling.LANCZOS)
    colours = palette(_pillow(decoded.image))
    described = exif.parse(info.exif)
    return ImageMetadata(
        width=info.width,
        height=info.height,
        frames=info.frames,
        has_alpha=info.has_alpha,
        blurhash=blur_hash(thumbnail),
        perceptual_hash=perceptual_hash(picture),
        palette=colours,
        dominant_color=colours[0],
        exif=described.public,
        private_exif=described.private,
        icc_profile=profile_name(info.icc),
        warnings=(*info.warnings, *decoded.warnings, *described.warnings),
    )


def _pillow(image: Any) -> Image.Image:
    mode = "RGBA" if image.hasalpha() else "RGB"
    return Image.frombuffer(mode, (image.width, image.height), image.write_to_memory())
