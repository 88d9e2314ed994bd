"""Encoders' settings, in one place: chosen by what their bytes cost in time (measured).

libvips's own defaults spend most of a variant's time on the last few percent of its size: WebP
effort 4 takes twice as long as 2 for 5 % less, AVIF effort 4 forty times as long as 0 for 13 %.
No metadata is ever kept: what was sRGB and upright needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyvips

from spool.imaging.vips import on_white

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
_AVIF_OF_JPEG = 5 / 8  # AVIF's scale reaches JPEG's quality 80 at 50


class Effort(StrEnum):
    """QUICK while somebody waits; SMALL in the background, for what is asked again."""

    QUICK = "quick"
    SMALL = "small"


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
    effort: Effort = Effort.QUICK,
    **settings: Any,
) -> Encoded:
    """`image`, animated if it has pages, as a file. `quality` is on JPEG's scale, 1-100.

    `settings` are libvips's for that format, beyond those that are set here. Raises pyvips.Error
    when `image` is still to be decoded and can't be.
    """
    data = _ENCODERS[extension](image, quality, _SETTINGS[effort][extension] | settings)
    return Encoded(bytes(data), CONTENT_TYPES[extension], image.width, image.get_page_height())


def lqip(image: pyvips.Image) -> Encoded:
    """A placeholder of some hundred bytes: at most 32 px, WebP."""
    small = image.thumbnail_image(LQIP_EDGE, height=LQIP_EDGE, size="down")
    return encode(small, "webp", _LQIP_QUALITY)


def _jpeg(image: pyvips.Image, quality: int, settings: dict[str, Any]) -> bytes:
    return bytes(on_white(image).jpegsave_buffer(Q=quality, keep="none", **settings))


def _png(image: pyvips.Image, _: int, settings: dict[str, Any]) -> bytes:
    return bytes(image.pngsave_buffer(keep="none", **settings))


def _webp(image: pyvips.Image, quality: int, settings: dict[str, Any]) -> bytes:
    return bytes(image.webpsave_buffer(Q=quality, keep="none", **settings))


def _avif(image: pyvips.Image, quality: int, settings: dict[str, Any]) -> bytes:
    own = max(1, round(quality * _AVIF_OF_JPEG))
    return bytes(image.heifsave_buffer(compression="av1", Q=own, keep="none", **settings))


def _gif(image: pyvips.Image, _: int, settings: dict[str, Any]) -> bytes:
    return bytes(image.gifsave_buffer(keep="none", **settings))


_ENCODERS: Mapping[str, Callable[[pyvips.Image, int, dict[str, Any]], bytes]] = {
    "jpg": _jpeg,
    "png": _png,
    "webp": _webp,
    "avif": _avif,
    "gif": _gif,
}
_SETTINGS: Mapping[Effort, Mapping[str, dict[str, Any]]] = {
    Effort.QUICK: {
        "jpg": {"optimize_coding": True},
        "png": {},
        "webp": {"effort": 2},
        "avif": {"effort": 0},
        "gif": {"effort": 3},
    },
    Effort.SMALL: {
        "jpg": {"optimize_coding": True, "interlace": True},
        "png": {"compression": 9},
        "webp": {"effort": 6},
        "avif": {"effort": 4},
        "gif": {"effort": 7},
    },
}
