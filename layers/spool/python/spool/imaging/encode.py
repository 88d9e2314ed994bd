"""Encoders' settings, in one place: chosen by what their bytes cost in time (measured).

libvips's own defaults spend most of a variant's time on the last few percent of its size: WebP
effort 4 takes three times as long as 0 for a sixth less, AVIF effort 4 forty times for a fifth.
No metadata is ever kept: what was sRGB and upright needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyvips

from spool.imaging.quality import OWN, Effort, own_quality
from spool.imaging.vips import on_white

__all__ = ["CONTENT_TYPES", "LQIP_EDGE", "Effort", "Encoded", "encode", "lqip"]

CONTENT_TYPES: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
}
"""What can be made: extension → media type."""

LQIP_EDGE = 32
_LQIP_QUALITY = 50


@dataclass(frozen=True)
class Encoded:
    """A file; `width` and `height` are those of one frame."""

    data: bytes
    content_type: str
    width: int
    height: int


def encode(
    image: pyvips.Image,
    extension: str,
    quality: int,
    effort: Effort = Effort.INGEST,
    **settings: Any,
) -> Encoded:
    """`image`, animated if it has pages, as a file. `quality` is on JPEG's scale, 1-100.

    `settings` are libvips's for that format, beyond those that are set here. Raises pyvips.Error
    when `image` is still to be decoded and can't be.
    """
    chosen = SETTINGS[effort][extension]
    if effort is Effort.SMALL and image.get_page_height() < image.height:
        chosen = chosen | _SMALL_MOVING.get(extension, {})
    if extension in OWN[effort]:
        chosen = chosen | {"Q": own_quality(extension, quality, effort)}
    save = getattr(_ready(image, extension), SAVERS[extension])
    data = bytes(save(keep="none", **chosen | settings))
    return Encoded(data, CONTENT_TYPES[extension], image.width, image.get_page_height())


def lqip(image: pyvips.Image) -> Encoded:
    """A placeholder of some hundred bytes: at most 32 px, WebP."""
    small = image.thumbnail_image(LQIP_EDGE, height=LQIP_EDGE, size="down")
    return encode(small, "webp", _LQIP_QUALITY)


def _ready(image: pyvips.Image, extension: str) -> pyvips.Image:
    return on_white(image) if extension == "jpg" else image


SAVERS: Mapping[str, str] = {
    "jpg": "jpegsave_buffer",
    "png": "pngsave_buffer",
    "webp": "webpsave_buffer",
    "avif": "heifsave_buffer",
    "gif": "gifsave_buffer",
}
_AV1 = {"compression": "av1", "subsample_mode": "off"}  # half of the colours save no bytes
_FAST: Mapping[str, dict[str, Any]] = {
    "jpg": {},
    "png": {},
    "webp": {"effort": 0},
    "avif": {**_AV1, "effort": 0},
    "gif": {"effort": 1},
}
SETTINGS: Mapping[Effort, Mapping[str, dict[str, Any]]] = {
    Effort.INGEST: {**_FAST, "webp": {"effort": 2}},
    Effort.QUICK: _FAST,
    Effort.SMALL: {
        "jpg": {
            "interlace": True,
            "optimize_coding": True,
            "optimize_scans": True,
            "trellis_quant": True,
            "overshoot_deringing": True,
            "quant_table": 3,
        },
        "png": {"compression": 9},
        "webp": {"effort": 6},
        "avif": {**_AV1, "effort": 3},
        "gif": {"effort": 7},
    },
}
_SMALL_MOVING: Mapping[str, dict[str, Any]] = {"webp": {"effort": 4}}
"""Effort 6 takes an animation 18 times as long, for no byte less."""
