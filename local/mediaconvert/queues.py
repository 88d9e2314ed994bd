"""Queues: how many of their jobs run at once, and whether any do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from local.mediaconvert.errors import BadRequestException, ConflictException, NotFoundException

DEFAULT = "Default"
# https://docs.aws.amazon.com/general/latest/gr/mediaconvert.html: an account's in most Regions
DEFAULT_CONCURRENT_JOBS = 20


@dataclass(frozen=True, kw_only=True)
class Queue:
    name: str
    arn: str
    created_at: float
    updated_at: float
    type: str = "CUSTOM"
    status: str = "ACTIVE"
    description: str = ""
    concurrent_jobs: int = DEFAULT_CONCURRENT_JOBS

    def describe(self, *, submitted: int, progressing: int) -> dict[str, Any]:
        """`Queue` of the API."""
        return {
            "Arn": self.arn,
            "Name": self.name,
            "Type": self.type,
            "Status": self.status,
            "Description": self.description,
            "PricingPlan": "ON_DEMAND",
            "ConcurrentJobs": self.concurrent_jobs,
            "CreatedAt": self.created_at,
            "LastUpdated": self.updated_at,
            "SubmittedJobsCount": submitted,
            "ProgressingJobsCount": progressing,
        }


class Queues:
    """Those of one account and region, with the Default queue that nobody creates."""

    def __init__(self, *, arn_of: Callable[[str], str], clock: Callable[[], float]) -> None:
        self._arn_of, self._clock = arn_of, clock
        self._lock = threading.Lock()
        self._queues = {DEFAULT: self._new(DEFAULT, {"type": "SYSTEM"})}

    def _new(self, name: str, facts: Mapping[str, Any]) -> Queue:
        now = self._clock()
        return Queue(name=name, arn=self._arn_of(name), created_at=now, updated_at=now, **facts)

    def find(self, reference: str) -> Queue:
        """By name or ARN. Raises NotFoundException."""
        name = reference.rpartition(":queues/")[2]
        queue = self._queues.get(name)
        if queue is None or reference not in {queue.name, queue.arn}:
            raise NotFoundException(f"The queue [{reference}] was not found.")
        return queue

    def all(self) -> list[Queue]:
        with self._lock:
            return list(self._queues.values())

    def create(self, name: str, **facts: Any) -> Queue:
        """Raises ConflictException when there is one of that name."""
        queue = self._new(name, facts)
        with self._lock:
            if name in self._queues:
                raise ConflictException(f"The queue [{name}] already exists.")
            self._queues[name] = queue
        return queue

    def update(self, name: str, **facts: Any) -> Queue:
        queue = replace(self.find(name), updated_at=self._clock(), **facts)
        with self._lock:
            self._queues[queue.name] = queue
        return queue

    def delete(self, name: str) -> None:
        if name == DEFAULT:
            raise BadRequestException("The Default queue can't be deleted.")
        self.find(name)
        with self._lock:
            del self._queues[name]

    def save(self) -> list[dict[str, Any]]:
        """For `restore` of a later process."""
        return [asdict(queue) for queue in self.all()]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        with self._lock:
            self._queues |= {facts["name"]: Queue(**facts) for facts in saved}
