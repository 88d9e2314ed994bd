"""CreateJob, GetJob, ListJobs, SearchJobs and CancelJob."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import Any

from local.mediaconvert.dispatcher import Dispatcher
from local.mediaconvert.errors import BadRequestException, ConflictException
from local.mediaconvert.job import Job, Status
from local.mediaconvert.jobs import Clock, Jobs
from local.mediaconvert.messages import NOT_IMPLEMENTED, at
from local.mediaconvert.place import Place
from local.mediaconvert.queues import DEFAULT, Queues
from local.mediaconvert.tags import Tags
from local.mediaconvert.tokens import RequestTokens

Review = Callable[[Mapping[str, Any]], list[str]]  # what is wrong with a job's settings

PAGE = 20
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_ID_CHARACTERS = string.ascii_lowercase + string.digits

# What CreateJob takes on AWS and would change the job, each with the value that changes nothing.
_NOT_IMPLEMENTED: dict[str, Any] = {
    "AccelerationSettings": {"Mode": "DISABLED"},
    "BillingTagsSource": "JOB",
    "HopDestinations": [],
    "JobEngineVersion": None,
    "JobTemplate": None,
    "SimulateReservedQueue": "DISABLED",
}


@dataclass(frozen=True, kw_only=True)
class JobOperations:
    place: Place
    clock: Clock
    review: Review
    jobs: Jobs
    queues: Queues
    tags: Tags
    tokens: RequestTokens
    dispatcher: Dispatcher

    def create_job(self, **asked: Any) -> dict[str, Any]:
        token = asked.get("ClientRequestToken")
        if token and (known := self.tokens.recall(token)):
            return self.get_job(Id=known)
        job = self._new(asked)
        self.jobs.add(job)
        self.tags.tag_resource(Arn=job.arn, Tags=asked.get("Tags", {}))
        if token:
            self.tokens.remember(token, job.id)
        self.dispatcher.wake()
        return {"Job": job.describe()}

    def _new(self, asked: Mapping[str, Any]) -> Job:
        """Raises BadRequestException or NotFoundException."""
        _refuse_what_is_not_implemented(asked)
        if not _ROLE.fullmatch(asked["Role"]):
            raise BadRequestException(f"/role: [{asked['Role']}] is not the ARN of an IAM role")
        queue = self.queues.find(asked.get("Queue", DEFAULT))
        if wrong := self.review(asked["Settings"]):
            raise BadRequestException("; ".join(wrong))
        now = self.clock()
        job_id = f"{int(now * 1000)}-{''.join(random.choices(_ID_CHARACTERS, k=6))}"  # noqa: S311  # no secret
        return Job(
            id=job_id,
            arn=self.place.arn("jobs", job_id),
            queue=queue.arn,
            role=asked["Role"],
            settings=asked["Settings"],
            created_at=now,
            priority=asked.get("Priority", 0),
            update_interval=asked.get("StatusUpdateInterval", "SECONDS_60"),
            user_metadata=asked.get("UserMetadata", {}),
            request_token=asked.get("ClientRequestToken"),
        )

    def get_job(self, *, Id: str) -> dict[str, Any]:  # noqa: N803  # the API's name
        return {"Job": self.jobs.get(Id).describe()}

    def list_jobs(self, **asked: Any) -> dict[str, Any]:
        return _page(self._matching(asked), asked)

    def search_jobs(self, **asked: Any) -> dict[str, Any]:
        text = asked.get("InputFile", "")
        return _page(
            [job for job in self._matching(asked) if any(text in f for f in job.input_files)], asked
        )

    def _matching(self, asked: Mapping[str, Any]) -> list[Job]:
        """Newest first, unless asked otherwise."""
        queue = self.queues.find(asked["Queue"]).arn if "Queue" in asked else None
        found = [
            job
            for job in self.jobs.all()
            if queue in {None, job.queue} and asked.get("Status") in {None, job.status}
        ]
        return found if asked.get("Order") == "ASCENDING" else found[::-1]

    def cancel_job(self, *, Id: str) -> dict[str, Any]:  # noqa: N803
        job = self.jobs.get(Id)
        if self.jobs.move(job.id, Status.CANCELED) is None:
            status = self.jobs.get(Id).status
            raise ConflictException(f"The job [{Id}] can't be canceled: its status is {status}.")
        self.dispatcher.cancel(Id)
        return {}


def _refuse_what_is_not_implemented(asked: Mapping[str, Any]) -> None:
    for name, neutral in _NOT_IMPLEMENTED.items():
        if asked.get(name, neutral) != neutral:
            raise BadRequestException(f"{at('', name)}: {NOT_IMPLEMENTED}")


def _page(jobs: list[Job], asked: Mapping[str, Any]) -> dict[str, Any]:
    """`NextToken` is the id of the last job that was shown."""
    rest = iter(jobs)
    if last := asked.get("NextToken"):
        rest = islice(dropwhile(lambda job: job.id != last, rest), 1, None)
    page = list(islice(rest, asked.get("MaxResults", PAGE)))
    more = {"NextToken": page[-1].id} if next(rest, None) else {}
    return {"Jobs": [job.describe() for job in page], **more}
