"""The edge's cache: bounded, in memory, one fetch per key at a time, purged by invalidations."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from local.edge.forwarding import CacheKey
from local.edge.invalidations import Invalidation
from local.edge.messages import Response

CAPACITY = 256 * 2**20  # bytes of bodies
REMEMBERED = 1000  # invalidations


@dataclass(frozen=True, eq=False)
class Entry:
    """A response, and from when to when it is fresh (seconds of the cache's clock). No two entries
    have the same `mark`."""

    response: Response
    stored: float
    expires: float
    tags: frozenset[str] = frozenset()
    mark: object = field(default_factory=object)


class Cache:
    """Least recently used entries go first. Not for several threads: the edge has one loop."""

    def __init__(
        self, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity, self._clock = capacity, clock
        self._entries: OrderedDict[CacheKey, Entry] = OrderedDict()
        self._bytes = 0
        self._fetches: dict[CacheKey, asyncio.Event] = {}
        self._invalidations: list[Invalidation] = []
        self._forgotten = 0

    def get(self, key: CacheKey) -> Entry | None:
        """The entry, fresh or stale."""
        entry = self._entries.get(key)
        if entry:
            self._entries.move_to_end(key)
        return entry

    def is_fresh(self, entry: Entry) -> bool:
        return self._clock() < entry.expires

    def age(self, entry: Entry) -> int:
        return int(self._clock() - entry.stored)

    @property
    def now(self) -> int:
        """The invalidations so far. A fetch takes this down when it begins."""
        return self._forgotten + len(self._invalidations)

    def put(
        self,
        key: CacheKey,
        response: Response,
        lifetime: int,
        *,
        tags: frozenset[str] = frozenset(),
        since: int | None = None,
    ) -> None:
        """Keep `response` unless it can't be: a stream, or larger than the cache, or matched by an
        invalidation that came after `since`, when it was asked for."""
        self._drop(key)
        if not isinstance(response.body, bytes) or len(response.body) > self._capacity:
            return
        if since is not None and self._was_invalidated(key, tags, since):
            return
        now = self._clock()
        self._entries[key] = Entry(response, now, now + lifetime, tags)
        self._bytes += len(response.body)
        while self._bytes > self._capacity:
            self._drop(next(iter(self._entries)))

    def _was_invalidated(self, key: CacheKey, tags: frozenset[str], since: int) -> bool:
        if since < self._forgotten:
            return True
        later = self._invalidations[since - self._forgotten :]
        return any(invalidation.matches(key.url, tags) for invalidation in later)

    def invalidate(self, invalidation: Invalidation) -> None:
        """Drop what matches; what is being fetched now will not be stored."""
        self._invalidations.append(invalidation)
        if len(self._invalidations) > REMEMBERED:
            del self._invalidations[0]
            self._forgotten += 1
        for key in [k for k, e in self._entries.items() if invalidation.matches(k.url, e.tags)]:
            self._drop(key)

    def _drop(self, key: CacheKey) -> None:
        entry = self._entries.pop(key, None)
        if entry and isinstance(entry.response.body, bytes):
            self._bytes -= len(entry.response.body)

    @asynccontextmanager
    async def collapsed(self, key: CacheKey) -> AsyncIterator[None]:
        """The first task inside fetches for `key`; those that come meanwhile wait for it, and then
        go on together: they find its entry, or there is none to be found."""
        if fetch := self._fetches.get(key):
            await fetch.wait()
            yield
            return
        self._fetches[key] = asyncio.Event()
        try:
            yield
        finally:
            self._fetches.pop(key).set()
