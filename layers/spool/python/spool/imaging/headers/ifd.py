"""TIFF's directories (TIFF 6.0, BigTIFF, EXIF 2.32): tag → values, every read inside its bounds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Self

from spool.imaging.headers import MALFORMED

Scalar = int | float
Values = bytes | tuple[Scalar, ...]

_TEXT_TYPES = {1, 2, 7}  # BYTE, ASCII and UNDEFINED are kept as bytes
_CODES = {
    3: "H",
    4: "I",
    6: "b",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
_RATIONALS = {5: "II", 10: "ii"}

_ENTRIES = 1000  # more than any camera writes, few enough to walk
_VALUE_BYTES = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One field: its type, how many values, and where they start."""

    kind: int
    count: int
    offset: int


@dataclass(frozen=True)
class Tiff:
    """A TIFF structure in `data`: its byte order and whether it is BigTIFF."""

    data: bytes
    order: str
    big: bool
    first: int

    @classmethod
    def open(cls, data: bytes) -> Self:
        """Raises struct.error or ValueError when `data` doesn't start with a TIFF header."""
        orders = {b"II": "<", b"MM": ">"}
        if data[:2] not in orders:
            raise ValueError("no TIFF header")
        order = orders[data[:2]]
        (magic,) = struct.unpack_from(order + "H", data, 2)
        big = magic == 43
        (first,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
        return cls(data, order, big, first)

    def directory(self, offset: int) -> dict[int, Entry]:
        """The fields of the directory at `offset`. Raises struct.error when it is cut off."""
        return self.partial(offset)[0]

    def partial(self, offset: int) -> tuple[dict[int, Entry], bool]:
        """As many fields as can be read, and whether that was all of them.

        Raises struct.error when not even their number can be read.
        """
        (count,) = struct.unpack_from(self.order + ("Q" if self.big else "H"), self.data, offset)
        start, size = offset + (8 if self.big else 2), 20 if self.big else 12
        fields: dict[int, Entry] = {}
        whole = count <= _ENTRIES
        for i in range(min(count, _ENTRIES)):
            at = start + i * size
            if at + size > len(self.data):
                return fields, False
            tag, entry = self._entry(at)
            fields.setdefault(tag, entry)
        return fields, whole

    def next_directory(self, offset: int) -> int:
        """Offset of the directory after the one at `offset`; 0 when it is the last."""
        (count,) = struct.unpack_from(self.order + ("Q" if self.big else "H"), self.data, offset)
        at = offset + (8 + count * 20 if self.big else 2 + count * 12)
        (following,) = struct.unpack_from(self.order + ("Q" if self.big else "I"), self.data, at)
        return int(following)

    def _entry(self, at: int) -> tuple[int, Entry]:
        layout = "HHQ" if self.big else "HHI"
        tag, kind, count = struct.unpack_from(self.order + layout, self.data, at)
        inline, width = (at + 12, 8) if self.big else (at + 8, 4)
        offset = inline
        if count * _size(kind) > width:
            (offset,) = struct.unpack_from(
                self.order + ("Q" if self.big else "I"), self.data, inline
            )
        return tag, Entry(kind, count, offset)

    def values(self, entry: Entry) -> Values:
        """The field's values: bytes for text and blobs, numbers otherwise; rationals as floats.

        Raises struct.error when they lie outside the data or are unreasonably many, ValueError for
        an unknown type.
        """
        size = _size(entry.kind)
        if not size:
            raise ValueError("unknown field type")
        total = entry.count * size
        if total > _VALUE_BYTES or entry.offset + total > len(self.data):
            raise struct.error("field outside its bounds")
        if entry.kind in _TEXT_TYPES:
            return self.data[entry.offset : entry.offset + total]
        code = _RATIONALS.get(entry.kind) or _CODES[entry.kind]
        numbers = struct.unpack_from(self.order + code * entry.count, self.data, entry.offset)
        if entry.kind not in _RATIONALS:
            return numbers
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(n / d if d else float("nan") for n, d in pairs)

    def number(self, fields: dict[int, Entry], tag: int, default: int) -> int:
        """The first value of an integer field."""
        if tag not in fields:
            return default
        values = self.values(fields[tag])
        if not values:
            raise ValueError("empty field")
        return int(values[0])

    def numbers(self, fields: dict[int, Entry], tag: int) -> tuple[int, ...]:
        return tuple(int(value) for value in self.values(fields[tag])) if tag in fields else ()


def _size(kind: int) -> int:
    if kind in _TEXT_TYPES:
        return 1
    code = _RATIONALS.get(kind) or _CODES.get(kind)
    return struct.calcsize("<" + code) if code else 0


ORIENTATION = 0x0112


def orientation_of(exif: bytes) -> int:
    """EXIF's orientation, 1 when there is none or it can't be read: a broken EXIF turns nothing."""
    try:
        tiff = Tiff.open(exif)
        fields, _ = tiff.partial(tiff.first)
        value = tiff.number(fields, ORIENTATION, 1)
    except MALFORMED:
        return 1
    return value if 1 <= value <= 8 else 1
