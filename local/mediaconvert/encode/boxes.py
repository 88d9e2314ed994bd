"""How long a CMAF segment is: its segment indexes say, to the tick (ISO/IEC 14496-12, 8.16.3)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_HEADER, _LARGE = struct.Struct(">I4s"), struct.Struct(">Q")


def durations(path: Path) -> tuple[int, int]:
    """(duration in ticks, ticks per second) of all fragments in the segment `path`."""
    with path.open("rb") as file:
        indexes = [_index(payload) for payload in _payloads(file, b"sidx")]
    if not indexes:
        raise ValueError(f"{path.name} has no segment index")
    return sum(duration for duration, _ in indexes), indexes[0][1]


def _payloads(file: IO[bytes], wanted: bytes) -> Iterator[bytes]:
    """The payloads of top-level boxes of one type; of the others only the headers are read."""
    while len(header := file.read(_HEADER.size)) == _HEADER.size:
        size, kind = _HEADER.unpack(header)
        read = _HEADER.size
        if size == 1:
            (size,) = _LARGE.unpack(file.read(_LARGE.size))
            read += _LARGE.size
        if kind == wanted:
            yield file.read(size - read)
        else:
            file.seek(size - read, 1)


def _index(payload: bytes) -> tuple[int, int]:
    """The duration of what one sidx refers to, and its timescale."""
    version, (timescale,) = payload[0], struct.unpack_from(">I", payload, 8)
    references = 28 if version else 20  # two 64-bit or 32-bit fields lie before
    (count,) = struct.unpack_from(">H", payload, references + 2)
    ticks = sum(
        struct.unpack_from(">I", payload, references + 4 + 12 * i + 4)[0] for i in range(count)
    )
    return ticks, timescale
