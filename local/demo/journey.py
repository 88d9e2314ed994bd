"""One file's way from the disk to `ready`: upload, then ask until it has come to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Semaphore
from typing import Any

import httpx

from local.demo.client import Client, Refused
from local.demo.media import Upload

ENDS = frozenset({"ready", "failed", "quarantined", "deleted"})
AT_ONCE = 3  # uploads; more only share the line
ASK_EVERY = 0.5  # seconds
PATIENCE = 120.0  # seconds without news


@dataclass
class Journey:
    """Written by the thread that carries the file, read by whoever shows it.

    `state` is `waiting`, then the asset's statuses; `refused` or `lost` when there is no asset to
    ask for or it never came to an end, with the sentence why in `trouble`.
    """

    upload: Upload
    size: int
    state: str = "waiting"
    sent: int = 0
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    uploaded_at: datetime | None = None
    asset: Mapping[str, Any] = field(default_factory=dict)
    trouble: str | None = None

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
        """From the upload's last byte to `processedAt`: the cloud's stamp, since asking every half
        second would blur it."""
        if self.state != "ready" or self.uploaded_at is None:
            return None
        processed_at = datetime.fromisoformat(self.asset["processedAt"])
        return max(0.0, (processed_at - self.uploaded_at).total_seconds())


class Porter:
    """Carries files through `client`, each in a thread of its own."""

    def __init__(self, client: Client, project_id: str) -> None:
        self.client, self.project_id = client, project_id
        self._uploads = Semaphore(AT_ONCE)
        self._stopped = Event()

    @contextmanager
    def carrying(self, journeys: Sequence[Journey]) -> Iterator[None]:
        """Under way inside the block and over after it; an exception in it stops the asking."""
        with ThreadPoolExecutor(max_workers=max(1, len(journeys))) as pool:
            carried = [pool.submit(self._carry, journey) for journey in journeys]
            try:
                yield
            except BaseException:
                self._stopped.set()
                raise
        for one in carried:
            one.result()

    def _carry(self, journey: Journey) -> None:
        try:
            with self._uploads:
                media_id = self._upload(journey)
            self._ask(journey, media_id)
        except Refused as refused:
            journey.state, journey.trouble = "refused", str(refused)
        except httpx.HTTPError as error:
            journey.state, journey.trouble = "lost", f"The connection failed: {error}"
        finally:
            journey.ended = time.monotonic()

    def _upload(self, journey: Journey) -> str:
        def sent(count: int) -> None:
            journey.sent += count

        journey.state = "uploading"
        upload = journey.upload
        media_id = self.client.upload(upload.path, self.project_id, sent, private=upload.private)
        journey.uploaded_at = datetime.now(UTC)
        return media_id

    def _ask(self, journey: Journey, media_id: str) -> None:
        known, since = None, time.monotonic()
        while time.monotonic() < since + PATIENCE:
            journey.asset = self.client.asset(media_id)
            journey.state = journey.asset["status"]
            if journey.state in ENDS or self._stopped.wait(ASK_EVERY):
                return
            if (news := (journey.state, journey.percent)) != known:
                known, since = news, time.monotonic()
        journey.trouble = f"Still {journey.state}, without news for {PATIENCE:.0f} seconds."
        journey.state = "lost"
