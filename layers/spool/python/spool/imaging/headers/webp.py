"""WebP (RFC 9649): the RIFF chunks; frames are counted as ANMF chunks."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from spool.errors import Corrupt
from spool.formats import WEBP
from spool.imaging.headers.ifd import orientation_of
from spool.imaging.info import ImageInfo, upright

_ALPHA = 0x10
_BYTES_A_PIXEL = 8  # RGBA and the decoder's planes; an animation keeps a canvas beside the frame


def read(data: bytes) -> ImageInfo:
    chunks: dict[bytes, bytes] = {}
    frames = 0
    for kind, body in _chunks(data):
        frames += kind == b"ANMF"
        chunks.setdefault(kind, body)
    width, height, alpha = _size(chunks)
    exif = chunks.get(b"EXIF", b"").removeprefix(b"Exif\0\0")
    orientation = orientation_of(exif)
    upright_width, upright_height = upright(width, height, orientation)
    return ImageInfo(
        format=WEBP,
        width=upright_width,
        height=upright_height,
        frames=max(frames, 1),
        has_alpha=alpha,
        orientation=orientation,
        decoder_bytes=width * height * _BYTES_A_PIXEL * (2 if frames else 1),
        exif=exif,
        icc=chunks.get(b"ICCP", b""),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk with its body; of those that hold pixels only the first bytes."""
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size
    if end > len(data):
        raise Corrupt("The WebP is cut off.")
    at = 12
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > end:
            raise Corrupt("The WebP is cut off.")
        whole = kind in {b"EXIF", b"ICCP"}
        yield kind, data[at + 8 : at + 8 + (size if whole else min(size, 16))]
        at += 8 + size + size % 2


def _size(chunks: dict[bytes, bytes]) -> tuple[int, int, bool]:
    """Width, height and whether there is transparency."""
    if b"VP8X" in chunks:
        body = chunks[b"VP8X"]
        width, height = (int.from_bytes(body[i : i + 3], "little") + 1 for i in (4, 7))
        if len(body) < 10 or not chunks.keys() & {b"VP8 ", b"VP8L", b"ANMF"}:
            raise Corrupt("The WebP has no picture in it.")
        return width, height, bool(body[0] & _ALPHA)
    if b"VP8L" in chunks:
        (bits,) = struct.unpack_from("<I", chunks[b"VP8L"], 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
    if not (width & 0x3FFF and height & 0x3FFF):
        raise Corrupt("The WebP's header contradicts itself.")
    return width & 0x3FFF, height & 0x3FFF, False
