"""The jobs of one account and region, in memory: they are gone after a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.mediaconvert import events
from local.mediaconvert.errors import NotFoundException
from local.mediaconvert.events import Event
from local.mediaconvert.job import MOVES, Job, Progress, Status

Clock = Callable[[], float]
Announce = Callable[[Event], None]


class Jobs:
    """Every status that is stored is announced, in the order of the moves."""

    def __init__(self, *, clock: Clock, announce: Announce) -> None:
        self._clock, self._announce = clock, announce
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id] = job

    def get(self, job_id: str) -> Job:
        """Raises NotFoundException."""
        with self._lock:
            if job_id not in self._jobs:
                raise NotFoundException(f"The job with id [{job_id}] was not found.")
            return self._jobs[job_id]

    def all(self) -> list[Job]:
        """As they were created."""
        with self._lock:
            return list(self._jobs.values())

    def move(self, job_id: str, to: Status, **facts: Any) -> Job | None:
        """The job in its new status, or None when that is no legal move any more."""
        with self._lock:
            job = self._jobs[job_id]
            if to not in MOVES.get(job.status, ()):
                return None
            now = self._clock()
            facts["started_at" if to is Status.PROGRESSING else "finished_at"] = now
            moved = replace(job, status=to, **facts)
            self._jobs[job_id] = moved
            self._announce(events.state_change(moved, now))
            return moved

    def note(self, job_id: str, progress: Progress) -> None:
        """A job that ended meanwhile keeps what it had."""
        with self._lock:
            job = self._jobs[job_id]
            if job.status is Status.PROGRESSING:
                self._jobs[job_id] = replace(job, progress=progress)

    def report(self, job_id: str) -> None:
        """Announce how far a job is that still works."""
        with self._lock:
            job = self._jobs[job_id]
            if job.status is Status.PROGRESSING:
                self._announce(events.status_update(job, self._clock()))
