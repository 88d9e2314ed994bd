"""HEIC and AVIF (ISO/IEC 23008-12, 14496-12): the boxes that describe the primary item."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

from spool.errors import Corrupt
from spool.formats import AVIF, HEIC, Format
from spool.imaging.info import ImageInfo

Box = tuple[bytes, bytes]

_ALPHA_URNS = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
_EXIF_BYTES = 1 << 20


def read_heic(data: bytes) -> ImageInfo:
    return _read(data, HEIC)


def read_avif(data: bytes) -> ImageInfo:
    return _read(data, AVIF)


def _read(data: bytes, fmt: Format) -> ImageInfo:
    meta = dict(_boxes(data))[b"meta"][4:]  # walks the whole file: a cut is seen
    boxes = dict(_boxes(meta))
    properties = _properties(boxes)
    primary = _item_id(boxes[b"pitm"])
    own = [properties[i] for i in _associations(boxes, primary) if 0 <= i < len(properties)]
    width, height = _displayed_size(own)
    depth = _bit_depth(own)
    alpha = any(k == b"auxC" and b[4:].startswith(_ALPHA_URNS) for k, b in properties)
    return ImageInfo(
        format=fmt,
        width=width,
        height=height,
        has_alpha=alpha,
        bit_depth=depth,
        decoder_bytes=_coded_pixels(properties) * _bytes_a_pixel(depth, alpha),
        exif=_exif(data, boxes),
        icc=next((b[4:] for k, b in own if k == b"colr" and b[:4] in {b"prof", b"rICC"}), b""),
    )


def _boxes(data: bytes) -> Iterator[Box]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        end = at + size if size else len(data)
        if end < start or end > len(data):
            raise Corrupt("The picture's file is cut off.")
        yield kind, b"" if kind == b"mdat" else data[start:end]
        at = end


def _one(boxes: Iterator[Box], kind: bytes) -> bytes:
    return next((body for name, body in boxes if name == kind), b"")


def _item_id(body: bytes) -> int:
    return int(struct.unpack_from(">H" if body[0] == 0 else ">I", body, 4)[0])


def _properties(boxes: Mapping[bytes, bytes]) -> Sequence[Box]:
    return list(_boxes(_one(_boxes(boxes[b"iprp"]), b"ipco")))


def _associations(boxes: Mapping[bytes, bytes], item: int) -> list[int]:
    """Indexes of the item's properties, in the order in which they apply."""
    body = _one(_boxes(boxes[b"iprp"]), b"ipma")
    wide_ids, wide_indexes = body[0] >= 1, bool(body[3] & 1)
    (count,) = struct.unpack_from(">I", body, 4)
    at = 8
    for _ in range(count):
        (found,) = struct.unpack_from(">I" if wide_ids else ">H", body, at)
        at += 4 if wide_ids else 2
        number, size = body[at], 2 if wide_indexes else 1
        at += 1
        mask = 0x7FFF if wide_indexes else 0x7F
        raw = [body[at + i * size : at + (i + 1) * size] for i in range(number)]
        if found == item:
            return [(int.from_bytes(index, "big") & mask) - 1 for index in raw]
        at += number * size
    return []


def _displayed_size(properties: Sequence[Box]) -> tuple[int, int]:
    """`ispe`, then cropped and turned as `clap` and `irot` say, in their order."""
    width = height = 0
    for kind, body in properties:
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", body, 4)
        elif kind == b"clap":
            across, across_by, down, down_by = struct.unpack_from(">IIII", body)
            width, height = across // max(across_by, 1), down // max(down_by, 1)
        elif kind == b"irot" and body[0] & 1:
            width, height = height, width
    if not (width and height):
        raise Corrupt("The picture's file has no size in it.")
    return width, height


def _coded_pixels(properties: Sequence[Box]) -> int:
    """Those of the file's largest picture: what `clap` crops away is decoded all the same."""
    sizes = (struct.unpack_from(">II", body, 4) for kind, body in properties if kind == b"ispe")
    return max(int(width * height) for width, height in sizes)


def _bit_depth(properties: Sequence[Box]) -> int:
    return next((body[5] for kind, body in properties if kind == b"pixi"), 8)


def _bytes_a_pixel(depth: int, alpha: bool) -> int:
    """The decoder's planes (4:4:4 at worst) and the interleaved picture made from them."""
    return (2 if depth > 8 else 1) * (3 + alpha) + 3 + alpha


def _exif(data: bytes, boxes: Mapping[bytes, bytes]) -> bytes:
    """The Exif item's TIFF structure, empty when there is none or it can't be found."""
    try:
        item = _exif_item(boxes[b"iinf"])
        method, offset, length = _location(boxes[b"iloc"], item)
    except (KeyError, struct.error, IndexError):
        return b""
    source = boxes.get(b"idat", b"") if method == 1 else data
    body = source[offset : offset + min(length, _EXIF_BYTES)]
    skip = int.from_bytes(body[:4], "big")
    return body[4 + skip :].removeprefix(b"Exif\0\0")


def _exif_item(iinf: bytes) -> int:
    for kind, body in _boxes(iinf[6 if iinf[0] == 0 else 8 :]):
        if kind == b"infe" and body[0] >= 2:
            wide = body[0] == 3
            if body[8 + 2 * wide :][:4] == b"Exif":
                return _item_id(b"\1" + body[1:] if wide else b"\0" + body[1:])
    raise KeyError("Exif")


def _location(iloc: bytes, item: int) -> tuple[int, int, int]:
    """Construction method, offset and length of the item's first extent."""
    version, sizes = iloc[0], struct.unpack_from(">H", iloc, 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> s & 15 for s in (12, 8, 4, 0))
    index_size = index_size if version else 0
    cursor = _Cursor(iloc, 6)
    for _ in range(cursor.take(4 if version == 2 else 2)):
        found = cursor.take(4 if version == 2 else 2)
        method = cursor.take(2) & 15 if version else 0
        cursor.take(2)
        base = cursor.take(base_size)
        extents = cursor.take(2)
        if found == item and extents:
            cursor.take(index_size)
            return method, base + cursor.take(offset_size), cursor.take(length_size)
        cursor.at += extents * (index_size + offset_size + length_size)
    raise KeyError(item)


class _Cursor:
    """Reads big-endian integers of any size one after another."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def take(self, size: int) -> int:
        if self.at + size > len(self.data):
            raise struct.error("box cut off")
        value = int.from_bytes(self.data[self.at : self.at + size], "big")
        self.at += size
        return value
