"""What the API answers of runs, beside what `spool.views` has: jobs, their statistics, requests to
process many assets anew."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.jobs import JobStatus
from spool.services.timeline import StageStatus
from spool.views import AssetFailure, Count, Cursor, Timestamp, Url, View


class JobView(View):
    """A run. `superseded` is one that a newer run, or its asset's deletion, overtook; `stage` the
    state of the state machine that it is in or failed in, where that is known."""

    id: str
    media_id: str
    project_id: str
    type: Family | None
    status: JobStatus
    stage: str | None
    percent: Annotated[int, Field(ge=0, le=100)] | None
    error: AssetFailure | None
    attempt: int
    version_number: int
    version_id: str
    queued_at: Timestamp | None
    started_at: Timestamp | None
    ended_at: Timestamp | None


class JobPage(View):
    """The last queued first."""

    items: list[JobView]
    cursor: Cursor


class StageFailure(View):
    """`name` is the error's class; `code` and `message` are there where the upload was at fault."""

    name: str
    code: AssetErrorCode | None
    message: str | None


class StageView(View):
    """What a run did, and when: `attempts` is how often its function was called, `looks` how often
    it came by here, which is more than once where it waits for a transcoding."""

    name: str
    started_at: Timestamp
    ended_at: Timestamp | None
    status: StageStatus
    attempts: Count
    looks: Count
    error: StageFailure | None


class ExecutionView(View):
    """The Step Functions execution; `url` is its page in AWS's console."""

    arn: str
    url: Url


class JobDetail(JobView):
    """A run, with its stages as far as Step Functions remembers them, which it does for 90 days;
    `timelineTruncated` where it has more than are read, or could not be asked just now."""

    execution: ExecutionView | None
    timeline: list[StageView]
    timeline_truncated: bool


class Queue(View):
    """Jobs under way."""

    queued: int
    running: int


class Durations(View):
    """In seconds, right to 5 %; percentiles of none are null."""

    count: Count
    p50: float | None
    p90: float | None
    p99: float | None


class JobCounts(View):
    """How many were queued, and how many ended how."""

    queued: Count
    ready: Count
    failed: Count
    quarantined: Count
    superseded: Count


class JobRates(View):
    """Jobs per minute, within the last hour."""

    queued: float
    ready: float
    failed: float


class HourOfJobs(JobCounts):
    at: Timestamp


class JobStatistics(View):
    """`waited` is the time from queue to start, `took` that from there to `ready`, by type;
    `failures` counts failed jobs by their error's code. Hours without any are left out."""

    since: Annotated[str, Field(alias="from", json_schema_extra={"format": "date"})]
    until: Annotated[str, Field(alias="to", json_schema_extra={"format": "date"})]
    queue: Queue
    jobs: JobCounts
    success_rate: Annotated[float | None, Field(ge=0, le=1)]
    failures: dict[str, int]
    rates: JobRates
    waited: Durations
    took: dict[str, Durations]
    hours: list[HourOfJobs]


class ReprocessingView(View):
    """Assets to be processed anew: those that were uploaded and last queued before `asOf`. `assets`
    is how many have been queued so far; the rest is what they were chosen by."""

    id: str
    status: Literal["running", "done"]
    as_of: Timestamp
    assets: Count
    project_id: str | None
    asset_status: Literal["ready", "failed"] | None
    type: Family | None
    since: Annotated[Timestamp | None, Field(alias="from")]
    until: Annotated[Timestamp | None, Field(alias="to")]
