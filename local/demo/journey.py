"""One file's way from the disk to `ready`, as far as it is known."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.demo.following import News
from local.demo.media import Upload

ENDS = frozenset({"ready", "failed", "quarantined", "deleted"})
QUARTER = 25  # percent of a transcode; a log needs no more


@dataclass(frozen=True, kw_only=True)
class Note:
    """A line for who watches: of a file, by `name`, `seconds` after its last byte went out; or of
    the connection. What is `minor` shows in a table too."""

    state: str
    name: str = ""
    seconds: float | None = None
    text: str = ""
    minor: bool = False


@dataclass
class Journey:
    """Written by the threads that carry the file and listen, read by whoever shows it.

    `state` is `waiting`, then the asset's statuses; `refused` or `lost` when there is no asset to
    hear of or it never came to an end, with the sentence why in `trouble`. `untold` are statuses
    that only a look showed.
    """

    upload: Upload
    size: int
    state: str = "waiting"
    sent: int = 0
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    uploaded_at: datetime | None = None
    told_at: datetime | None = None
    asset: Mapping[str, Any] = field(default_factory=dict)
    trouble: str | None = None
    untold: list[str] = field(default_factory=list)
    _noted: tuple[str, int] = ("", 0)

    @classmethod
    def of(cls, upload: Upload) -> Journey:
        return cls(upload, upload.path.stat().st_size)

    @property
    def name(self) -> str:
        return self.upload.path.name

    @property
    def elapsed(self) -> float:
        return (self.ended or time.monotonic()) - self.began

    @property
    def percent(self) -> int | None:
        """How much of a video is transcoded, while it is."""
        progress = self.asset.get("progress") if self.state == "processing" else None
        return progress["percent"] if progress else None

    @property
    def seconds_to_ready(self) -> float | None:
        """From the upload's last byte to `processedAt`, the cloud's stamp: what it takes to tell is
        not of that."""
        return _between(self.uploaded_at, self._processed_at)

    @property
    def seconds_to_told(self) -> float | None:
        """From `processedAt` to the message that it is ready; None where only a look showed it."""
        return _between(self._processed_at, self.told_at)

    @property
    def _processed_at(self) -> datetime | None:
        return datetime.fromisoformat(self.asset["processedAt"]) if self.state == "ready" else None

    def learn(self, news: News) -> Note | None:
        """A note where it is worth a line. After `trouble` nothing counts any more."""
        if self.trouble:
            return None
        self.asset = news.asset if news.looked else {**self.asset, **news.asset}
        self.state = self.asset.get("status", self.state)
        status, quarter = noted = self.asset.get("status", ""), (self.percent or 0) // QUARTER
        if noted == self._noted:
            return None
        minor = status == self._noted[0]
        self._noted = noted
        if not minor:
            self.told_at = None if news.looked else news.at
        stage = f"{status} {quarter * QUARTER} %" if quarter else status
        return self.note(_sentence(self.asset), at=news.at, stage=stage, minor=minor)

    def note(self, text: str, *, at: datetime, stage: str = "", minor: bool = False) -> Note:
        seconds = _between(self.uploaded_at, at)
        return Note(
            state=stage or self.state, name=self.name, seconds=seconds, text=text, minor=minor
        )


def _between(start: datetime | None, end: datetime | None) -> float | None:
    """In seconds; stamps of two clocks may cross by a little."""
    return max(0.0, (end - start).total_seconds()) if start and end else None


def _sentence(asset: Mapping[str, Any]) -> str:
    error = asset.get("error") or {}
    return str(error.get("message", ""))
