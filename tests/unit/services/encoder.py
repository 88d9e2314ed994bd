"""An encoder and the records of its jobs, in memory and on a clock that tests turn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from spool.errors import NotFound
from spool.events import ObjectCreated, Run
from spool.services import lifecycle
from spool.services.intake import Intake
from spool.services.transcoding import Submitter
from spool.services.waiting import Look, Waiter
from spool.transcode import ENDS, JobReport, Transcode, TranscodeKey, TranscodeStatus
from spool.video.source import VideoSource
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryExecutions,
    MemoryObjects,
    MemoryReconciliations,
)
from tests.unit.services.test_lifecycle import event, started

START = datetime(2025, 1, 15, 10, tzinfo=UTC)
TOKEN_MEMORY = timedelta(minutes=1)  # as MediaConvert documents it
KEY = "originals/org/proj/media_1-clip (1)+å.mp4"


@dataclass
class VirtualClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class MemoryTranscodes:
    """`meanwhile` is run once before the next write: what another writer does in between."""

    records: dict[TranscodeKey, Transcode] = field(default_factory=dict)
    meanwhile: Callable[[], object] | None = None

    def get(self, key: TranscodeKey) -> Transcode | None:
        return self.records.get(key)

    def insert(self, transcode: Transcode) -> bool:
        self._interleave()
        return self.records.setdefault(transcode.key, transcode) is transcode

    def update(self, before: Transcode, after: Transcode) -> bool:
        self._interleave()
        if self.records[before.key].rev != before.rev:
            return False
        self.records[after.key] = after
        return True

    def _interleave(self) -> None:
        action, self.meanwhile = self.meanwhile, None
        if action is not None:
            action()


@dataclass
class MemoryEncoder:
    """Jobs by id. `refuses` are raised by the next calls of `create`, one each; `silent` by every
    call about a job. `meanwhile` is given a new job's id before the caller knows it."""

    clock: VirtualClock
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: dict[str, JobReport] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    searches: int = 0
    refuses: list[Exception] = field(default_factory=list)
    silent: Exception | None = None
    meanwhile: Callable[[str], object] | None = None
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def create(self, job: Mapping[str, Any], token: str, metadata: Mapping[str, str]) -> str:
        if self.refuses:
            raise self.refuses.pop(0)
        for job_id, known in self.jobs.items():
            if known["token"] == token and self.clock() < known["at"] + TOKEN_MEMORY:
                return job_id
        job_id = f"job-{next(self.numbers)}"
        made = {"job": job, "token": token, "metadata": dict(metadata), "at": self.clock()}
        self.jobs[job_id] = made
        if self.meanwhile is not None:
            self.meanwhile(job_id)
        return job_id

    def find(self, metadata: Mapping[str, str], since: datetime) -> str | None:
        self.searches += 1
        jobs = ((i, job) for i, job in self.jobs.items() if job["at"] >= since)
        return next((i for i, job in jobs if job["metadata"] == metadata), None)

    def get(self, job_id: str) -> JobReport:
        self.asked.append(self.clock())
        if self.silent is not None:
            raise self.silent
        if job_id not in self.jobs:
            raise NotFound(job_id)
        known = self.reports.get(job_id, JobReport(at=START, status=TranscodeStatus.SUBMITTED))
        return known if known.status in ENDS else replace(known, at=self.clock())

    def cancel(self, job_id: str) -> None:
        if self.silent is not None:
            raise self.silent
        self.cancelled.append(job_id)


def source(duration: float = 600) -> VideoSource:
    return VideoSource(
        width=1920,
        height=1080,
        duration=duration,
        frame_rate=Fraction(25),
        audio_channels=2,
        hdr=False,
    )


class Transcoder:
    """One asset's run from its arrival on, up to what its job does."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.catalogue, self.originals = MemoryCatalogue(), MemoryObjects()
        self.transcodes, self.encoder = MemoryTranscodes(), MemoryEncoder(self.clock)
        self.intake = Intake(
            catalogue=self.catalogue,
            executions=MemoryExecutions(),
            reconciliations=MemoryReconciliations(),
            recipe="1",
            private_projects=(),
            clock=self.clock,
        )
        self.run = self.upload(1)

    def upload(self, version: int, attempt: int | None = None) -> Run:
        self.originals.objects[KEY, f"v{version}"] = b"video", "video/mp4"
        return self.admit(event(version, attempt, KEY))

    def admit(self, arrived: ObjectCreated) -> Run:
        run = self.intake.admit(arrived)
        lifecycle.change_run(self.catalogue, run, started)
        return run

    def submitter(self, **ports: Any) -> Submitter:
        defaults: dict[str, Any] = {
            "catalogue": self.catalogue,
            "originals": self.originals,
            "transcodes": self.transcodes,
            "encoder": self.encoder,
        }
        return Submitter(
            **{**defaults, **ports},
            originals_bucket="originals",
            renditions_bucket="renditions",
            uhd=False,
            clock=self.clock,
        )

    def submit(self, duration: float = 600) -> int:
        return self.submitter().submit(self.run, source(duration))

    def look(self, duration: float = 600) -> Look:
        waiter = Waiter(
            catalogue=self.catalogue,
            originals=self.originals,
            transcodes=self.transcodes,
            jobs=self.encoder,
            clock=self.clock,
        )
        return waiter.look(self.run, duration)

    @property
    def record(self) -> Transcode:
        return self.transcodes.records[self.run.transcode_key]
