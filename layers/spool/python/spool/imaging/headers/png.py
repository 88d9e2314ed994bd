"""PNG and APNG (W3C PNG, third edition): all chunks but the pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from spool.errors import Corrupt, ResourceLimit
from spool.formats import PNG
from spool.imaging.headers.ifd import orientation_of
from spool.imaging.info import ImageInfo, upright

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_PALETTE = 3
_WITH_ALPHA = {4, 6}

INFLATED_BYTES = 4 << 20
"""Most that compressed text and the ICC profile of one file may inflate to, all together."""


def read(data: bytes) -> ImageInfo:
    (width, height, depth, colour, _, _, interlaced), chunks = _header(data)
    exif, icc = chunks.get(b"eXIf", b""), chunks.get(b"iCCP", b"")
    orientation = orientation_of(exif)
    upright_width, upright_height = upright(width, height, orientation)
    channels = 3 if colour == _PALETTE else _CHANNELS[colour]
    transparent = b"tRNS" in chunks
    full = width * height * (channels + transparent) * max(1, depth // 8)
    frames = struct.unpack_from(">I", chunks[b"acTL"])[0] if b"acTL" in chunks else 1
    return ImageInfo(
        format=PNG,
        width=upright_width,
        height=upright_height,
        has_alpha=colour in _WITH_ALPHA or transparent,
        bit_depth=depth,
        orientation=orientation,
        decoder_bytes=full if interlaced else 0,
        exif=exif,
        icc=icc,
        warnings=(f"Only the first of {frames} frames is used.",) if frames > 1 else (),
    )


def _header(data: bytes) -> tuple[tuple[int, ...], dict[bytes, bytes]]:
    """IHDR's fields, and the first chunk of each other kind (`iCCP` as the profile itself)."""
    walk = _chunks(data)
    kind, body = next(walk, (b"", b""))
    header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else (0,) * 7
    if not (header[0] and header[1] and header[2] in _DEPTHS.get(header[3], set())):
        raise Corrupt("The PNG's header contradicts itself.")
    found: dict[bytes, bytes] = {}
    room = INFLATED_BYTES
    pixels = False
    for kind, body in walk:
        packed = _compressed_part(kind, body)
        inflated = _inflated(packed, room) if packed else b""
        room -= max(len(inflated), len(packed))  # what is damaged took its time too
        pixels = pixels or kind == b"IDAT"
        found.setdefault(kind, inflated if kind == b"iCCP" else body)
    if not pixels:
        raise Corrupt("The PNG has no picture in it.")
    return header, found


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk up to IEND; the pixels' own are named but not copied."""
    at = 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + size > len(data):
            raise Corrupt("The PNG is cut off.")
        if kind == b"IEND":
            return
        yield kind, b"" if kind in {b"IDAT", b"fdAT"} else data[at + 8 : at + 8 + size]
        at += 12 + size
    raise Corrupt("The PNG is cut off.")


def _inflated(packed: bytes, room: int) -> bytes:
    """What `packed` holds, nothing when it is damaged."""
    try:
        inflated = zlib.decompressobj().decompress(packed, room + 1)
    except zlib.error:
        inflated = b""
    if max(len(inflated), len(packed)) > room:
        raise ResourceLimit(
            f"The PNG's text and colour profile inflate to more than {INFLATED_BYTES >> 20} MiB."
        )
    return inflated


def _compressed_part(kind: bytes, body: bytes) -> bytes:
    if kind in {b"zTXt", b"iCCP"}:
        return body.partition(b"\0")[2][1:]
    if kind == b"iTXt":
        _, _, rest = body.partition(b"\0")
        if rest[:1] == b"\1":
            return rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    return b""
