"""The edge's cache: bounded, in memory, one fetch per key at a time."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from local.edge.messages import Response

CAPACITY = 256 * 2**20  # bytes of bodies


@dataclass(frozen=True)
class Entry:
    """A response, and from when to when it is fresh (seconds of the cache's clock)."""

    response: Response
    stored: float
    expires: float


class Cache:
    """Least recently used entries go first. Not for several threads: the edge has one loop."""

    def __init__(
        self, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity, self._clock = capacity, clock
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._bytes = 0
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    def get(self, key: Hashable) -> Entry | None:
        """The entry, fresh or stale."""
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def is_fresh(self, entry: Entry) -> bool:
        return self._clock() < entry.expires

    def age(self, entry: Entry) -> int:
        return int(self._clock() - entry.stored)

    def put(self, key: Hashable, response: Response, lifetime: int) -> None:
        """Keep `response` unless it can't be: a stream, or larger than the cache."""
        self._drop(key)
        if not isinstance(response.body, bytes) or len(response.body) > self._capacity:
            return
        now = self._clock()
        self._entries[key] = Entry(response, now, now + lifetime)
        self._bytes += len(response.body)
        while self._bytes > self._capacity:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry and isinstance(entry.response.body, bytes):
            self._bytes -= len(entry.response.body)

    @asynccontextmanager
    async def alone(self, key: Hashable) -> AsyncIterator[None]:
        """Only one task at a time is inside for `key`: the others wait and find its entry."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks.pop(key)
            if waiting > 1:
                self._locks[key] = (lock, waiting - 1)
