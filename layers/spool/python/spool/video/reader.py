"""A stored object as a seekable file, of which only what is looked at is fetched."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from spool.errors import ResourceLimit, Transient

Fetch = Callable[[int, int], bytes]
"""The bytes from `start` on, as many as `length`, as `Objects.read_range` gives them."""

FEWEST, MOST = 8 << 10, 2 << 20
"""Bytes of one request: few after a jump, and doubled for as long as reading goes straight on."""

SPANS_KEPT = 8
FETCHED_LIMIT = 64 << 20
"""What one look at a file may fetch: the index of four hours is a third of this."""

READS_LIMIT = 50_000
"""How often may be read in all, also again and again from what is kept: so a crafted file ends its
reader's search at some time."""


@dataclass(frozen=True)
class _Span:
    start: int
    data: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.data)


class RangedReader:
    """A read-only binary file of `size` bytes over `fetch`, in bounded memory.

    What it raised once it raises for ever, and keeps as `failure`: what reads here may take an
    error for the file's end. Raises ResourceLimit past its limits, and whatever `fetch` raises.
    """

    def __init__(self, fetch: Fetch, size: int) -> None:
        self.size = size
        self.fetched = 0
        self.failure: Exception | None = None
        self._fetch = fetch
        self._position = self._reads = 0
        self._spans: deque[_Span] = deque(maxlen=SPANS_KEPT)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Raises ValueError for a position before the file."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("no position before the file")
        self._position = base + offset
        return self._position

    def read(self, length: int) -> bytes:
        """Up to `length` bytes, often fewer; none at the end."""
        if self.failure is not None:
            raise self.failure
        if self._position >= self.size or length <= 0:
            return b""
        try:
            span = self._span()
        except Exception as error:
            self.failure = error
            raise
        offset = self._position - span.start
        data = span.data[offset : offset + length]
        self._position += len(data)
        return data

    def at(self, start: int, length: int) -> bytes:
        """Exactly the bytes from `start` on, fewer only at the file's end. The position stays: it
        is FFmpeg's, which never asks where it is."""
        position, self._position = self._position, start
        pieces: list[bytes] = []
        try:
            while length > 0 and (piece := self.read(length)):
                pieces.append(piece)
                length -= len(piece)
        finally:
            self._position = position
        return b"".join(pieces)

    def _span(self) -> _Span:
        """What is kept of where the position is, or else fetched."""
        self._reads += 1
        if self._reads > READS_LIMIT or self.fetched > FETCHED_LIMIT:
            raise ResourceLimit("Finding out what the video holds takes too much reading.")
        for span in self._spans:
            if span.start <= self._position < span.end:
                return span
        before = [len(span.data) for span in self._spans if span.end == self._position]
        wanted = min(max([2 * n for n in before], default=FEWEST), MOST)
        wanted = min(max(wanted, FEWEST), self.size - self._position)
        span = _Span(self._position, self._fetch(self._position, wanted))
        if len(span.data) != wanted:
            raise Transient("S3 gave another number of bytes than was asked for.")
        self.fetched += wanted
        self._spans.append(span)
        return span
