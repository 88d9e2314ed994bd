"""MP4 and QuickTime files from the outside: are their boxes all there?

ISO/IEC 14496-12, 4.2: a box is 32 bits of size, four letters, then 64 bits of size where the first
was 1; a size of 0 reaches to the file's end.
"""

from __future__ import annotations

from collections.abc import Iterator

from spool.errors import Corrupt
from spool.video.reader import RangedReader

BOXES_LIMIT = 1000

CUT_OFF = "The video is cut off: {} of its bytes are missing. Upload it again."
NO_INDEX = (
    "The video's index (moov) is missing: the recording was interrupted, or the upload cut off."
)


def check(reader: RangedReader) -> None:
    """Raises Corrupt where the index is missing or a box reaches beyond the file's end.

    Of a fragmented file only the boxes before the fragments are looked at: these are many, and
    FFmpeg reads them anyway.
    """
    kinds = set()
    for start, size, kind in boxes(reader):
        if start + size > reader.size:
            if kind == b"mdat" or b"moov" in kinds:
                raise Corrupt(CUT_OFF.format(f"{start + size - reader.size:,}"))
            raise Corrupt(NO_INDEX)
        kinds.add(kind)
        if kind == b"moof":
            break
    if b"moov" not in kinds:
        raise Corrupt(NO_INDEX)


def boxes(reader: RangedReader) -> Iterator[tuple[int, int, bytes]]:
    """Start, size and kind of each box of the file. Raises Corrupt."""
    start = 0
    for _ in range(BOXES_LIMIT):
        head = reader.at(start, 16)
        if len(head) < 8:
            return
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        elif size == 0:
            size = reader.size - start
        if size < 8:
            raise Corrupt("The video's structure is damaged.")
        yield start, size, kind
        start += size
    raise Corrupt("The video's structure is damaged: it is in too many pieces.")
