"""GIF (GIF89a specification): the frames are counted by walking the blocks."""

from __future__ import annotations

import struct

from spool.errors import Corrupt
from spool.formats import GIF
from spool.imaging.info import ImageInfo

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_GRAPHIC_CONTROL = 0xF9
_CANVASES = 2  # what a decoder keeps of the whole canvas in RGBA: this frame and the one before


def read(data: bytes) -> ImageInfo:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    frames, transparent = _walk(data, 13 + _table_bytes(flags))
    if not (width and height and frames):
        raise Corrupt("The GIF has no picture in it.")
    return ImageInfo(
        format=GIF,
        width=width,
        height=height,
        frames=frames,
        has_alpha=transparent,
        decoder_bytes=width * height * 4 * _CANVASES,
    )


def _walk(data: bytes, at: int) -> tuple[int, bool]:
    """The number of frames, and whether the first one has a transparent colour.

    A missing trailer is common and harmless; a block that ends early is not.
    """
    frames, transparent = 0, False
    while at < len(data) and data[at] != _TRAILER:
        if data[at] == _IMAGE:
            frames += 1
            at = _skip_blocks(data, at + 11 + _table_bytes(data[at + 9]))
        elif data[at] == _EXTENSION:
            if data[at + 1] == _GRAPHIC_CONTROL and not frames:
                transparent = bool(data[at + 3] & 1)
            at = _skip_blocks(data, at + 2)
        else:
            raise Corrupt("The GIF holds something that is no part of a GIF.")
    return frames, transparent


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    if at >= len(data):
        raise Corrupt("The GIF is cut off.")
    return at + 1
