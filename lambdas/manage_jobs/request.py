from __future__ import annotations

from pydantic import Field

from spool.formats import Family
from spool.jobs import JobStatus
from spool.keys import SLUG
from spool.requests import Bounds, Days, Page
from spool.services.ports import JobQuery


class JobsQuery(Page, Bounds):
    """`GET /jobs`: newest first; `from` and `to` bound the time at which jobs were queued, UTC if
    not said."""

    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    status: JobStatus | None = None
    type: Family | None = None

    def query(self, org_id: str) -> JobQuery:
        since, until = self.bounds
        return JobQuery(
            org_id=org_id,
            limit=self.limit,
            project_id=self.project_id,
            status=self.status,
            type=self.type,
            since=since,
            until=until,
        )


class StatisticsQuery(Days):
    """`GET /jobs/stats`: dates of UTC, both included; today and yesterday if not said."""

    most_days = 31
    days = 1
