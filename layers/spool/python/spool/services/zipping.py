"""Makes the zip of a download, from S3 to S3: a few pieces of it are in memory at any time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from zipstream import ZipStream

from spool.errors import NotFound, Transient
from spool.keys import DownloadRef
from spool.model import Status
from spool.services.download_records import (
    BROKEN,
    LATE,
    Download,
    DownloadError,
    DownloadStatus,
    Entry,
    State,
)
from spool.services.ports import Catalogue, Clock
from spool.services.storage_ports import MAX_PARTS, Objects
from spool.services.zip_names import MISSING

PIECE = 8 << 20
"""Bytes that are read at once, and stored as one part unless there would be too many of them."""

RESERVE = 60
"""Seconds before the end at which a zip is given up: what was begun ends within."""

_AHEAD = 4  # pieces on their way while one is stored
_TRIES = 3  # to read a piece: a connection that breaks off escapes the client's own
_ENTRY_BYTES = 1024  # of a zip's own, more than it has for each file

_GONE = {Status.DELETED, Status.QUARANTINED}


class _OutOfTime(Exception):
    """Few seconds are left."""


@dataclass(frozen=True, kw_only=True)
class Zipper:
    catalogue: Catalogue
    originals: Objects
    renditions: Objects
    clock: Clock

    def make(self, ref: DownloadRef, seconds_left: Callable[[], float]) -> DownloadStatus:
        """Store the zip, unless it is there: READY; or FAILED, where time runs out.

        Files that were deleted meanwhile are only named, in MISSING. Of two at once the later zip
        replaces the other. Raises NotFound for a download that nobody asked for or that expired.
        """
        download = Download.load(self.renditions, ref)
        if ref.zip in self.renditions.sizes(ref.prefix):
            return DownloadStatus.READY
        State(DownloadStatus.WORKING, self.clock()).store(self.renditions, ref)
        try:
            self._store(ref, download, seconds_left)
        except _OutOfTime:
            return self._failed(ref, LATE)
        except Exception:
            self._failed(ref, BROKEN)
            raise
        return DownloadStatus.READY

    def _store(
        self, ref: DownloadRef, download: Download, seconds_left: Callable[[], float]
    ) -> None:
        with closing(pieces_ahead(self._reads(ref.org_id, download))) as pieces:
            parts = parted(_zipped(download, pieces), part_size(download))
            timely = _while_time_is_left(parts, seconds_left)
            self.renditions.put_parts(ref.zip, timely, "application/zip")

    def _failed(self, ref: DownloadRef, error: DownloadError) -> DownloadStatus:
        State(DownloadStatus.FAILED, self.clock(), error).store(self.renditions, ref)
        return DownloadStatus.FAILED

    def _reads(self, org_id: str, download: Download) -> Iterator[Callable[[], bytes | None]]:
        for entry in download.entries:
            for piece in range(_pieces(entry)):
                yield partial(self._read, org_id, entry, piece * PIECE)

    def _read(self, org_id: str, entry: Entry, start: int) -> bytes | None:
        """A piece of a file, None of one that is gone: S3 keeps an original that was deleted."""
        asset = self.catalogue.get(org_id, entry.media_id)
        if asset is None or asset.status in _GONE:
            return None
        length = min(PIECE, entry.bytes - start)
        if not length:
            return b""
        bucket = self.renditions if entry.version_id is None else self.originals
        read = partial(bucket.read_range, entry.key, entry.version_id, start, length)
        try:
            data = _patiently(read)
        except NotFound:
            return None
        if len(data) != length:
            raise Transient(f"{entry.key} ended {length - len(data)} bytes early.")
        return data


def part_size(download: Download) -> int:
    """Bytes of a part: PIECE, or more where S3's number of parts would not do."""
    most = download.bytes + _ENTRY_BYTES * (len(download.entries) + 1)
    return max(PIECE, math.ceil(most / MAX_PARTS))


def parted(chunks: Iterable[bytes], size: int) -> Iterator[tuple[int, bytes]]:
    """The same bytes in numbered parts of `size`, the last being what is left."""
    number, part = 1, bytearray()
    for chunk in chunks:
        part += chunk
        while len(part) >= size:
            yield number, bytes(memoryview(part)[:size])
            del part[:size]
            number += 1
    if part:
        yield number, bytes(part)


def pieces_ahead(
    reads: Iterable[Callable[[], bytes | None]],
) -> Generator[bytes | None, None, None]:
    """What `reads` give, in their order, the next ones being read meanwhile."""
    coming: deque[Future[bytes | None]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        try:
            for read in reads:
                coming.append(pool.submit(read))
                if len(coming) > _AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for piece in coming:
                piece.cancel()


def _zipped(download: Download, pieces: Iterator[bytes | None]) -> Iterator[bytes]:
    """The zip of these pieces: every entry's, one after the other."""
    stream, missing = ZipStream(), []
    for entry in download.entries:
        file = islice(pieces, _pieces(entry))
        first = next(file)
        if first is None:
            missing.append(entry.name)
            deque(file, maxlen=0)  # no more of it
        else:
            stream.add(_rest(entry, first, file), entry.name, size=entry.bytes)
            yield from stream.all_files()
    if missing:
        stream.add("\n".join([*missing, ""]), MISSING)
    yield from stream.finalize()


def _rest(entry: Entry, first: bytes, others: Iterator[bytes | None]) -> Iterator[bytes]:
    for piece in chain([first], others):
        if piece is None:
            raise Transient(f"{entry.key} was removed while it was read.")
        yield piece


def _pieces(entry: Entry) -> int:
    return max(1, math.ceil(entry.bytes / PIECE))


def _while_time_is_left(
    parts: Iterable[tuple[int, bytes]], seconds_left: Callable[[], float]
) -> Iterator[tuple[int, bytes]]:
    for part in parts:
        if seconds_left() < RESERVE:
            raise _OutOfTime
        yield part


def _patiently(read: Callable[[], bytes]) -> bytes:
    for _ in range(_TRIES - 1):
        with suppress(Transient):
            return read()
    return read()
