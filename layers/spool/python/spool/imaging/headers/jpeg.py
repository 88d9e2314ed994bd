"""JPEG (ITU-T T.81): the markers up to the first scan."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from spool.errors import Corrupt, UnsupportedType
from spool.formats import JPEG
from spool.imaging.headers.ifd import orientation_of
from spool.imaging.info import ImageInfo, upright

_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xCA}
_UNUSUAL = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}  # lossless, hierarchical
_SOS, _EOI, _APP1, _APP2 = 0xDA, 0xD9, 0xE1, 0xE2
_EXIF = b"Exif\0"
_ICC = b"ICC_PROFILE\0"
_COEFFICIENT_BYTES = 2


@dataclass(frozen=True)
class Frame:
    """A frame header: its marker, sample depth, size, and sampling factors by component."""

    marker: int
    depth: int
    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]

    @property
    def coefficient_bytes(self) -> int:
        """What a decoder keeps that must see every scan before it knows one row."""
        across = max(h for h, _ in self.sampling)
        down = max(v for _, v in self.sampling)
        columns = -(-self.width // (8 * across))
        rows = -(-self.height // (8 * down))
        blocks = sum(columns * h * rows * v for h, v in self.sampling)
        return blocks * 64 * _COEFFICIENT_BYTES


def read(data: bytes) -> ImageInfo:
    frame: Frame | None = None
    exif, profile = b"", dict[int, bytes]()
    for marker, body in _segments(data):
        if marker in _SOF:
            frame = _frame(marker, body)
        elif marker == _APP1 and body.startswith(_EXIF) and not exif:
            exif = body[6:]
        elif marker == _APP2 and body.startswith(_ICC):
            profile[body[12]] = body[14:]
        elif marker == _SOS:
            if frame is None:
                break
            return _info(frame, body[0] < len(frame.sampling), exif, profile)
    raise Corrupt("The JPEG has no picture in it.")


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while True:
        at = data.index(b"\xff", at)
        marker = data[at + 1]
        at += 1
        if marker in {0x00, 0xFF} or 0xD0 <= marker <= 0xD8:
            continue
        if marker == _EOI:
            return
        (size,) = struct.unpack_from(">H", data, at + 1)
        if size < 2 or at + 1 + size > len(data):
            raise Corrupt("The JPEG is cut off in its header.")
        yield marker, data[at + 3 : at + 1 + size]
        at += 1 + size


def _frame(marker: int, body: bytes) -> Frame:
    if marker in _UNUSUAL:
        raise UnsupportedType("Lossless and hierarchical JPEG are not supported.")
    depth, height, width, count = struct.unpack_from(">BHHB", body)
    factors = [body[7 + 3 * i] for i in range(count)]
    sampling = tuple((factor >> 4, factor & 15) for factor in factors)
    if not (width and height and sampling and all(1 <= f <= 4 for pair in sampling for f in pair)):
        raise Corrupt("The JPEG's header contradicts itself.")
    if depth != 8:
        raise UnsupportedType(f"JPEG with {depth} bits a sample is not supported.")
    return Frame(marker, depth, width, height, sampling)


def _info(frame: Frame, several_scans: bool, exif: bytes, profile: dict[int, bytes]) -> ImageInfo:
    orientation = orientation_of(exif)
    width, height = upright(frame.width, frame.height, orientation)
    buffered = several_scans or frame.marker in _PROGRESSIVE
    return ImageInfo(
        format=JPEG,
        width=width,
        height=height,
        bit_depth=frame.depth,
        orientation=orientation,
        decoder_bytes=frame.coefficient_bytes if buffered else 0,
        exif=exif,
        icc=b"".join(part for _, part in sorted(profile.items())),
    )
