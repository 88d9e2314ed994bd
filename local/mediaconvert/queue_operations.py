"""CreateQueue, GetQueue, ListQueues, UpdateQueue and DeleteQueue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.mediaconvert.dispatcher import Dispatcher
from local.mediaconvert.errors import BadRequestException, ConflictException
from local.mediaconvert.job import Status
from local.mediaconvert.jobs import Jobs
from local.mediaconvert.messages import NOT_IMPLEMENTED
from local.mediaconvert.queues import Queue, Queues
from local.mediaconvert.tags import Tags

_FACTS = {"Description": "description", "Status": "status", "ConcurrentJobs": "concurrent_jobs"}


@dataclass(frozen=True, kw_only=True)
class QueueOperations:
    jobs: Jobs
    queues: Queues
    tags: Tags
    dispatcher: Dispatcher

    def create_queue(self, *, Name: str, **asked: Any) -> dict[str, Any]:  # noqa: N803  # the API's name
        queue = self.queues.create(Name, **_facts(asked))
        self.tags.tag_resource(Arn=queue.arn, Tags=asked.get("Tags", {}))
        return {"Queue": self._describe(queue)}

    def get_queue(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        return {"Queue": self._describe(self.queues.find(Name))}

    def list_queues(self, **_asked: Any) -> dict[str, Any]:
        """All on one page, in the order of their creation."""
        return {"Queues": [self._describe(queue) for queue in self.queues.all()]}

    def update_queue(self, *, Name: str, **asked: Any) -> dict[str, Any]:  # noqa: N803
        queue = self.queues.update(Name, **_facts(asked))
        self.dispatcher.wake()
        return {"Queue": self._describe(queue)}

    def delete_queue(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        queue = self.queues.find(Name)
        if any(job.queue == queue.arn and not job.ended for job in self.jobs.all()):
            raise ConflictException(f"The queue [{Name}] has jobs that have not ended.")
        self.queues.delete(queue.name)
        self.tags.drop(queue.arn)
        return {}

    def _describe(self, queue: Queue) -> dict[str, Any]:
        statuses = [job.status for job in self.jobs.all() if job.queue == queue.arn]
        return queue.describe(
            submitted=statuses.count(Status.SUBMITTED),
            progressing=statuses.count(Status.PROGRESSING),
        )


def _facts(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BadRequestException for what only reserved queues have."""
    if asked.get("PricingPlan", "ON_DEMAND") != "ON_DEMAND" or "ReservationPlanSettings" in asked:
        raise BadRequestException(f"/pricingPlan: {NOT_IMPLEMENTED}")
    if asked.get("ConcurrentJobs", 1) < 1:
        raise BadRequestException("/concurrentJobs: Should be at least 1")
    return {fact: asked[name] for name, fact in _FACTS.items() if name in asked}
