"""HEIC's pixels: libvips's wheel has no HEVC decoder, pi-heif has."""

from __future__ import annotations

import io
from typing import Any

import pi_heif
import pyvips

from spool.errors import Corrupt
from spool.imaging.info import ImageInfo
from spool.imaging.vips import SRGB

_CODEC_ERRORS = (ValueError, RuntimeError, OSError, EOFError, SyntaxError, IndexError)


def thumbnail(data: bytes, info: ImageInfo, edge: int, **settings: Any) -> pyvips.Image:
    """The primary picture, turned and cropped as its file says, in memory; `settings` are those of
    libvips's thumbnail_image. Raises Corrupt."""
    try:
        decoded = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        pixels = decoded.data  # a view of the decoder's memory: `decoded` must outlive its use
    except _CODEC_ERRORS as error:
        raise Corrupt("The HEIC is damaged or cut off and can't be decoded.") from error
    (width, height), bands = decoded.size, len(decoded.mode)
    image = pyvips.Image.new_from_memory(pixels, decoded.stride // bands, height, bands, "uchar")
    image = image.crop(0, 0, width, height).copy(interpretation=SRGB if bands > 2 else "b-w")
    if info.icc:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", info.icc)
    return image.thumbnail_image(edge, **settings).copy_memory()
