from __future__ import annotations

from spool.jobs import JobStatus
from spool.requests import Days, ListQuery
from spool.services.run_ports import JobQuery


class JobsQuery(ListQuery):
    """`GET /jobs`: newest first; `from` and `to` bound the time at which jobs were queued, UTC if
    not said."""

    status: JobStatus | None = None

    def query(self, org_id: str) -> JobQuery:
        return JobQuery(org_id=org_id, status=self.status, **self.narrowed())


class StatisticsQuery(Days):
    """`GET /jobs/stats`: dates of UTC, both included; today and yesterday if not said."""

    most_days = 31
    days = 1
