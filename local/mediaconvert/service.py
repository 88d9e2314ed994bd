"""The service as one object: its operations by name, what it keeps, and its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from local.mediaconvert.dispatcher import Dispatcher
from local.mediaconvert.job_operations import JobOperations, Review
from local.mediaconvert.jobs import Announce, Clock, Jobs
from local.mediaconvert.place import Place
from local.mediaconvert.queue_operations import QueueOperations
from local.mediaconvert.queues import Queues
from local.mediaconvert.tags import Tags
from local.mediaconvert.tokens import RequestTokens
from local.mediaconvert.worker import Encode, OpenStorage, Worker

Operation = Callable[..., dict[str, Any]]  # takes and gives members by botocore's names

STOP_SECONDS = 5


class MediaConvert:
    """One account's in one region. `at_once` jobs run at most, whatever the queues allow."""

    def __init__(
        self,
        *,
        place: Place,
        announce: Announce,
        open_storage: OpenStorage,
        encode: Encode,
        review: Review,
        at_once: int,
        clock: Clock = time.time,
    ) -> None:
        queues = Queues(arn_of=lambda name: place.arn("queues", name), clock=clock)
        tags = Tags()
        jobs = Jobs(clock=clock, announce=announce)
        self._dispatcher = Dispatcher(
            jobs=jobs,
            queues=queues,
            run=Worker(jobs=jobs, open_storage=open_storage, encode=encode),
            at_once=at_once,
        )
        self.jobs = JobOperations(
            place=place,
            clock=clock,
            review=review,
            jobs=jobs,
            queues=queues,
            tags=tags,
            tokens=RequestTokens(clock),
            dispatcher=self._dispatcher,
        )
        self.queues = QueueOperations(
            jobs=jobs, queues=queues, tags=tags, dispatcher=self._dispatcher
        )

    def operation(self, name: str) -> Operation | None:
        """By its name in a client, as `create_job`; None for what is not implemented."""
        for operations in (self.jobs, self.queues, self.queues.tags):
            if found := getattr(operations, name, None):
                return found  # type: ignore[no-any-return]
        return None

    def save(self) -> dict[str, Any]:
        """What outlives the process: queues and their tags. Jobs don't."""
        return {"queues": self.queues.queues.save(), "tags": self.queues.tags.save()}

    def restore(self, saved: dict[str, Any]) -> None:
        self.queues.queues.restore(saved["queues"])
        self.queues.tags.restore(saved["tags"])

    def stop(self) -> None:
        """End the work that is under way, telling nobody."""
        self._dispatcher.stop(STOP_SECONDS)
