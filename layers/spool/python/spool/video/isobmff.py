"""MP4 and QuickTime files from the outside: are their boxes all there, and not out of all reason?

ISO/IEC 14496-12, 4.2: a box is 32 bits of size, four letters, then 64 bits of size where the first
was 1; a size of 0 reaches to the file's end. FFmpeg believes what tables say of their length: a
crafted file of some hundred bytes would keep it busy, and fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from spool.errors import Corrupt
from spool.video.reader import RangedReader

BOXES_LIMIT = 20_000

CUT_OFF = "The video is cut off: {} of its bytes are missing. Upload it again."
NO_INDEX = (
    "The video's index (moov) is missing: the recording was interrupted, or the upload cut off."
)
DAMAGED = "The video's structure is damaged."

_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}


@dataclass(frozen=True)
class Box:
    """`start` is where its content begins."""

    kind: bytes
    start: int
    end: int


def check(reader: RangedReader) -> None:
    """Raises Corrupt where the index is missing, a box reaches beyond the file's end, or a table
    says that it is longer than its box."""
    kinds = set()
    for box in boxes(reader, 0, reader.size):
        if box.end > reader.size:
            if box.kind == b"mdat" or b"moov" in kinds:
                raise Corrupt(CUT_OFF.format(f"{box.end - reader.size:,}"))
            raise Corrupt(NO_INDEX)
        kinds.add(box.kind)
        _check_tables(reader, box)
    if b"moov" not in kinds:
        raise Corrupt(NO_INDEX)


def boxes(reader: RangedReader, start: int, end: int) -> Iterator[Box]:
    """The boxes from `start` to `end`, the last of which may reach beyond. Raises Corrupt."""
    for _ in range(BOXES_LIMIT):
        head = reader.at(start, min(16, end - start))
        if len(head) < 8:
            return
        size, content = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, content = int.from_bytes(head[8:], "big"), 16
        elif size == 0:
            size = end - start
        if size < content:
            raise Corrupt(DAMAGED)
        yield Box(head[4:8], start + content, start + size)
        start += size
        if start >= end:
            return
    raise Corrupt("The video's structure is damaged: it is in too many pieces.")


def _check_tables(reader: RangedReader, box: Box) -> None:
    if box.kind in _PARENTS:
        for inner in boxes(reader, box.start, box.end):
            _check_tables(reader, inner)
    elif box.kind in _CHECKS:
        head = reader.at(box.start, min(24, box.end - box.start)).ljust(24, b"\0")
        if not _CHECKS[box.kind](head, box.end - box.start):
            raise Corrupt(DAMAGED)


def _track_is_sound(head: bytes, _size: int) -> bool:
    """Track ids beyond 31 bits send FFmpeg 8 counting up to them."""
    at = 20 if head[0] == 1 else 12
    return head[at] < 0x80


def _sizes_fit(head: bytes, size: int) -> bool:
    """`stsz`, 8.7.3.2: one size for all samples, or one of 32 bits for each."""
    return any(head[4:8]) or 12 + 4 * int.from_bytes(head[8:12], "big") <= size


def _run_fits(head: bytes, size: int) -> bool:
    """`trun`, 8.8.8.2: up to four fields of 32 bits for each sample; without any, their number
    would be bounded by nothing."""
    fields = (head[2] & 0x0F).bit_count()
    return int.from_bytes(head[4:8], "big") * max(fields, 0.001) * 4 <= size


_CHECKS: Mapping[bytes, Callable[[bytes, int], bool]] = {
    b"tkhd": _track_is_sound,
    b"stsz": _sizes_fit,
    b"trun": _run_fits,
}
