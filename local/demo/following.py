"""What is known of one asset: told or looked up, in any order, more than once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Any


@dataclass(frozen=True, kw_only=True)
class News:
    """What the record says now: all of it where somebody `looked`, in part where it was told; `at`
    is when that came."""

    asset: Mapping[str, Any]
    looked: bool = False
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


Tell = Callable[[News], None]
Run = tuple[str | None, int | None]
"""Version and attempt."""


class Following:
    """`tell` is called with what is newer than all before, by whichever thread has it."""

    def __init__(self, media_id: str, tell: Tell) -> None:
        self.media_id, self._tell = media_id, tell
        self._rev, self._run, self._percent = -1, _run({}), -1
        self._lock, self._woken, self._reset = Lock(), Event(), Event()

    def hear(self, frame: Mapping[str, Any]) -> None:
        """A frame about this asset, which may be late or a second time."""
        if frame["type"] == "asset":
            self._learn(News(asset=frame["asset"]))
        elif frame["type"] == "progress":
            self._progress(_run(frame["asset"]), frame["percent"])

    def saw(self, asset: Mapping[str, Any]) -> None:
        """The record as GET has it."""
        self._learn(News(asset=asset, looked=True))

    def reset(self) -> None:
        """News may have been missed: who waits has to look."""
        self._reset.set()
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    def wait(self, seconds: float) -> bool:
        """False when there is nothing new for so long."""
        woken = self._reset.is_set() or self._woken.wait(seconds)
        self._woken.clear()
        return woken

    def must_look(self) -> bool:
        """Once after each `reset`."""
        due = self._reset.is_set()
        self._reset.clear()
        return due

    def _learn(self, news: News) -> None:
        with self._lock:
            if self._is_newer(news.asset["rev"], looked=news.looked):
                self._rev = news.asset["rev"]
                self._begin(_run(news.asset))
                self._tell(news)
                self.wake()

    def _is_newer(self, rev: int, *, looked: bool) -> bool:
        """Who looks also sees the progress, which moves without the `rev`."""
        return rev > self._rev or (looked and rev == self._rev)

    def _begin(self, run: Run) -> None:
        if run != self._run:
            self._run, self._percent = run, -1

    def _progress(self, run: Run, percent: int) -> None:
        """It has neither `rev` nor position, but within one run it grows."""
        with self._lock:
            if run == self._run and percent > self._percent:
                self._percent = percent
                self._tell(News(asset={"progress": {"percent": percent}}))
                self.wake()


def _run(asset: Mapping[str, Any]) -> Run:
    return asset.get("versionId"), asset.get("attempt")
