"""What the use cases need of runs, as `ports` says it of the rest: their jobs and how to have more
of them, their executions, and the encoder.

Each may raise Transient. NotFound is raised only where a method says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from spool.events import Run
from spool.formats import Family
from spool.jobs import Job, JobChange, JobId, JobStatus
from spool.model import Asset
from spool.reprocessing import Batch, BatchRef
from spool.statistics import Counts, Tally
from spool.transcode import JobReport, Transcode, TranscodeKey


@dataclass(frozen=True, kw_only=True)
class JobQuery:
    """Which jobs of an organisation to list, by the time at which they were queued, the newest
    first; bounds as of AssetQuery."""

    org_id: str
    limit: int
    project_id: str | None = None
    status: JobStatus | None = None
    type: Family | None = None
    since: str | None = None
    until: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class JobPage:
    jobs: Sequence[Job]
    next: str | None


class Jobs(Protocol):
    """The records of jobs, kept by those who hear of their changes. They expire."""

    def get(self, org_id: str, job_id: JobId) -> Job | None: ...

    def find(self, query: JobQuery) -> JobPage: ...

    def counted(self, org_id: str, days: Sequence[str]) -> tuple[Counts, Mapping[str, Counts]]:
        """The counters of jobs under way, and those of these days, all in one read."""


class JobBook(Protocol):
    def record(self, change: JobChange, tally: Tally) -> bool:
        """Store the jobs of `change`, unless what is stored is later, and add `tally` to the
        organisation's counters: both, or where this change was recorded before, neither. Whether it
        was done."""


class Intakes(Protocol):
    """The queue of originals to be processed."""

    def process(self, asset: Asset, size: int, attempt: int) -> None:
        """Queue the asset's newest version, of `size` bytes, once more. Step Functions keeps the
        names of runs for 90 days: no earlier one may have had this `attempt`."""


class Batches(Protocol):
    """The records of requests to process many assets anew. They expire."""

    def insert(self, batch: Batch) -> None: ...

    def get(self, ref: BatchRef) -> Batch | None: ...

    def update(self, before: Batch, after: Batch) -> bool:
        """Unless another write came first (`rev` is no longer that of `before`); whether it was
        stored."""


class BatchQueue(Protocol):
    """The queue of the work that they make."""

    def request(self, ref: BatchRef, seconds: int) -> None:
        """Have the next of it done, at most 900 seconds from now."""


class Executions(Protocol):
    def start(self, name: str, run: Run) -> None:
        """Start the pipeline; success also when an execution of that name exists."""


@dataclass(frozen=True, kw_only=True)
class HistoryEvent:
    """An entry of an execution's history, `type` in Step Functions' own words.

    `previous_id` is that of the event it follows, 0 of the first ones. `name` is the state's, where
    the event says it; `error` and `cause` are a failure's.
    """

    id: int
    previous_id: int
    type: str
    at: datetime
    name: str | None = None
    error: str | None = None
    cause: str | None = None


class ExecutionHistory(Protocol):
    def history(self, name: str) -> tuple[Sequence[HistoryEvent], bool]:
        """The events of the execution of this name from the first on, and whether these are all.
        Raises NotFound, also of one that ended 90 days ago."""

    def place(self, name: str) -> Mapping[str, str]:
        """Where an operator finds it: its `arn`, and the `url` of its page."""


class Transcodes(Protocol):
    """The records of runs' jobs, beside their assets. They expire a month after the claim."""

    def get(self, key: TranscodeKey) -> Transcode | None:
        """The record as last written."""

    def insert(self, transcode: Transcode) -> bool:
        """Store a new record unless there is one; whether it was stored."""

    def update(self, before: Transcode, after: Transcode) -> bool:
        """Store what changed, unless another write came first (`rev` is no longer that of
        `before`); whether it was stored. `after.rev` is higher by one."""


class EncoderJobs(Protocol):
    """Jobs at the encoder. Its quota of calls is small; each may raise Throttled."""

    def get(self, job_id: str) -> JobReport:
        """Raises NotFound."""

    def cancel(self, job_id: str) -> None:
        """Cancel it, unless it has ended or is gone."""


class Encoder(EncoderJobs, Protocol):
    """The queue that takes our jobs."""

    def create(self, job: Mapping[str, Any], token: str, metadata: Mapping[str, str]) -> str:
        """Start `job` and return its id; the same as before for a `token` that was used within the
        last minute. Throttled says that no job was made. Raises EncoderFault for a job that the
        encoder won't take however often it is asked."""

    def find(self, metadata: Mapping[str, str], since: datetime) -> str | None:
        """The id of the job with this metadata among those created from `since` on."""
