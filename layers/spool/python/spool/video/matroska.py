"""The end of a Matroska or WebM file: how long it is, and whether it is all there.

Browsers record WebM without a duration and without an index; looking for the last time stamp by
playing it would read the whole file. RFC 9559: a Cluster holds its Timestamp, then blocks whose
own time stamps are relative to it; RFC 8794: how ids and sizes are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spool.video.reader import RangedReader

HEAD = 64 << 10
TAILS = (1 << 20, 12 << 20)  # the last cluster is looked for in these, one after the other

_SEGMENT = b"\x18\x53\x80\x67"
_CLUSTER, _TIMESTAMP, _SCALE = b"\x1f\x43\xb6\x75", 0xE7, b"\x2a\xd7\xb1"
_SIMPLE_BLOCK, _GROUP, _BLOCK = 0xA3, 0xA0, 0xA1
_CUES = b"\x1c\x53\xbb\x6b"
_UNKNOWN = -1


@dataclass(frozen=True)
class Ending:
    """`last` is the time of the last block in seconds, None where none was found; `cut` whether
    the file ends within an element."""

    last: float | None
    cut: bool


def ending(reader: RangedReader) -> Ending:
    """What the last cluster says, and the segment, where it says how long it is."""
    head = reader.at(0, HEAD)
    last = _last_cluster(reader, _scale(head))
    return replace(last, cut=last.cut or _segment_end(head) > reader.size)


def _segment_end(head: bytes) -> int:
    at = head.find(_SEGMENT)
    size, start = _vint(head, at + 4)
    return 0 if at < 0 or size == _UNKNOWN else start + size


def _last_cluster(reader: RangedReader, scale: float) -> Ending:
    for length in TAILS:
        start = max(reader.size - length, 0)
        tail = reader.at(start, length)
        at = tail.rfind(_CLUSTER)
        if at >= 0:
            return _read_cluster(tail[at + 4 :], scale)
        if start == 0:
            break
    return Ending(None, cut=False)


def has_cues(reader: RangedReader) -> bool:
    """Whether the file names an index by which one can jump to its end."""
    return _CUES in reader.at(0, HEAD)


def _scale(head: bytes) -> float:
    """Seconds per unit of time."""
    at = head.find(_SCALE)
    size, start = _vint(head, at + 3)
    if at < 0 or not 1 <= size <= 8:
        return 1e-3
    return int.from_bytes(head[start : start + size], "big") / 1e9


def _read_cluster(data: bytes, scale: float) -> Ending:
    """`data` begins with the cluster's size and reaches to the file's end."""
    size, start = _vint(data, 0)
    end = len(data) if size == _UNKNOWN else start + size
    base, last, cut = 0, None, end > len(data)
    for kind, inner, stop in _elements(data, start, min(end, len(data))):
        cut = cut or stop > len(data)
        if kind == _TIMESTAMP:
            base = int.from_bytes(data[inner:stop], "big")
        elif (at := _block(data, kind, inner, stop)) is not None:
            time = base + int.from_bytes(data[at : at + 2], "big", signed=True)
            last = time if last is None else max(last, time)
    return Ending(None if last is None else max(last * scale, 0.0), cut)


def _block(data: bytes, kind: int, start: int, end: int) -> int | None:
    """Where a block's relative time stamp stands, behind the number of its track."""
    if kind == _GROUP:
        inside = _elements(data, start, min(end, len(data)))
        return next((_vint(data, at)[1] for kind, at, _ in inside if kind == _BLOCK), None)
    return _vint(data, start)[1] if kind == _SIMPLE_BLOCK else None


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Id, start and end of the elements from `start` to `end`; the last one's end may lie beyond
    the data."""
    while start < end:
        id_length = 9 - data[start].bit_length()
        if id_length > 4:
            return
        kind = int.from_bytes(data[start : start + id_length], "big")
        size, inner = _vint(data, start + id_length)
        if size == _UNKNOWN:
            return
        yield kind, inner, inner + size
        start = inner + size


def _vint(data: bytes, at: int) -> tuple[int, int]:
    """A size and what follows it; of one that is not given, or not there, the size is _UNKNOWN."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    value = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
    unknown = length > 8 or value == (1 << 7 * length) - 1
    return (_UNKNOWN if unknown else value), at + length
