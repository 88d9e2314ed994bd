"""Which job starts when: by priority, then as they came, as many at once as their queue allows."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from local.mediaconvert.job import Job, Status
from local.mediaconvert.jobs import Jobs
from local.mediaconvert.queues import Queues

Run = Callable[[Job, threading.Event], None]


@dataclass(frozen=True)
class _Running:
    queue: str
    cancelled: threading.Event
    thread: threading.Thread


class Dispatcher:
    """`run(job, cancelled)` works in a thread of its own; `at_once` spares the machine."""

    def __init__(self, *, jobs: Jobs, queues: Queues, run: Run, at_once: int) -> None:
        self._jobs, self._queues, self._run, self._at_once = jobs, queues, run, at_once
        self._running: dict[str, _Running] = {}
        self._lock = threading.RLock()
        self._stopped = False

    def wake(self) -> None:
        """Start what may start. Call whenever a job or a queue changed."""
        with self._lock:
            while job := self._next():
                self._start(job)

    def _next(self) -> Job | None:
        if self._stopped or len(self._running) >= self._at_once:
            return None
        busy = Counter(running.queue for running in self._running.values())
        free = {
            queue.arn
            for queue in self._queues.all()
            if queue.status == "ACTIVE" and busy[queue.arn] < queue.concurrent_jobs
        }
        waiting = [
            job for job in self._jobs.all() if job.status is Status.SUBMITTED and job.queue in free
        ]
        return max(waiting, key=lambda job: job.priority, default=None)  # of equals the first

    def _start(self, job: Job) -> None:
        started = self._jobs.move(job.id, Status.PROGRESSING)
        if started is None:
            return
        cancelled = threading.Event()
        thread = threading.Thread(
            target=self._work, args=(started, cancelled), name=f"job {job.id}", daemon=True
        )
        self._running[job.id] = _Running(job.queue, cancelled, thread)
        thread.start()

    def _work(self, job: Job, cancelled: threading.Event) -> None:
        try:
            self._run(job, cancelled)
        finally:
            with self._lock:
                del self._running[job.id]
            self.wake()

    def cancel(self, job_id: str) -> None:
        """Let its work end, if it runs."""
        with self._lock:
            if running := self._running.get(job_id):
                running.cancelled.set()

    def stop(self, seconds: float) -> None:
        """Start nothing any more, and give what runs so long to end."""
        with self._lock:
            self._stopped = True
            running = list(self._running.values())
        for work in running:
            work.cancelled.set()
        for work in running:
            work.thread.join(seconds)
