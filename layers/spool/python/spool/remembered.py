"""What a warm function has read and need not read again for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by name, each good for so many seconds; that there is none is not remembered."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._known: dict[str, tuple[float, T]] = {}

    def get(self, name: str, read: Callable[[], T | None]) -> T | None:
        """What was read in time, or what `read` gives."""
        now = self._monotonic()
        read_at, value = self._known.get(name, (now, None))
        if value is not None and now - read_at < self._seconds:
            return value
        self._known.pop(name, None)
        value = read()
        if value is not None:
            self._known[name] = now, value
        return value
