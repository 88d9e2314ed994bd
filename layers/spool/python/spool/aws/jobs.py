"""Jobs and their statistics in the catalogue's table.

pk JOBS#{orgId}#{mediaId}   sk JOB#{version}.{attempt}   a job, by its record's names; expires
                            sk COUNTED#{rev}             a change that is counted; expires
pk ORG#{orgId}              sk JOBS                      counters of the jobs that are under way
                            sk JOBS#{date}               those of a day
and jobs in the lists of spool.indexes, by the time at which they were queued
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.catalogue_writes import org_key
from spool.aws.items import from_item, to_item
from spool.aws.lists import find_page
from spool.aws.reads import get_items
from spool.indexes import Filters
from spool.jobs import Job, JobId
from spool.services.run_ports import JobPage, JobQuery
from spool.statistics import Counts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

JOBS = "jobs"
"""The kind of their lists."""
UNDER_WAY = "JOBS"


@dataclass(frozen=True, kw_only=True)
class DynamoJobs:
    """Implements `run_ports.Jobs`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def get(self, org_id: str, job_id: JobId) -> Job | None:
        answer = self.client().get_item(
            TableName=self.table, Key=to_item(job_key(org_id, job_id)), ConsistentRead=True
        )
        return Job.from_dict(from_item(answer["Item"])) if "Item" in answer else None

    def find(self, query: JobQuery) -> JobPage:
        filters = Filters(
            kind=JOBS,
            org_id=query.org_id,
            project=query.project_id,
            status=query.status,
            type=query.type,
        )
        page = find_page(
            self.client(),
            self.table,
            filters,
            since=query.since,
            until=query.until,
            after=query.after,
            limit=query.limit,
        )
        return JobPage([Job.from_dict(item) for item in page.items], page.next)

    def counted(self, org_id: str, days: Sequence[str]) -> tuple[Counts, Mapping[str, Counts]]:
        sorts = [UNDER_WAY, *(day_sort(day) for day in days)]
        found = {
            item["sk"]: {name: value for name, value in item.items() if name not in {"pk", "sk"}}
            for item in get_items(
                self.client(), self.table, [org_key(org_id, sort) for sort in sorts]
            )
        }
        named = {day: found[day_sort(day)] for day in days if day_sort(day) in found}
        return found.get(UNDER_WAY, {}), named


def partition_key(org_id: str, media_id: str) -> str:
    return f"JOBS#{org_id}#{media_id}"


def job_key(org_id: str, job_id: JobId) -> dict[str, str]:
    sort = f"JOB#{job_id.version_number}.{job_id.attempt}"
    return {"pk": partition_key(org_id, job_id.media_id), "sk": sort}


def day_sort(date: str) -> str:
    return f"{UNDER_WAY}#{date}"
