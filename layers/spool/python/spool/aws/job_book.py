"""Writing the records and statistics of jobs, where spool.aws.jobs reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from spool.aws import clients
from spool.aws.catalogue_writes import EVENTS_RETURN, org_key
from spool.aws.items import to_item
from spool.aws.jobs import JOBS, UNDER_WAY, day_sort, job_key, partition_key
from spool.aws.transactions import Action, transact
from spool.indexes import LISTED, Filters
from spool.jobs import Job, JobChange
from spool.services.ports import Clock
from spool.statistics import Counts, Tally

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoJobBook:
    """Implements `run_ports.JobBook`; jobs expire after `kept_days`."""

    table: str
    clock: Clock
    kept_days: int
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def record(self, change: JobChange, tally: Tally) -> bool:
        """The counters are added to together with those jobs that aren't known better already."""
        counting = [self._mark(change), *self._counters(change.org_id, tally)]
        jobs = [job for job in (change.job, change.overtaken) if job is not None]
        while True:
            failed = transact(self.client(), [*counting, *map(self._put, jobs)])
            if not failed:
                return True
            if 0 in failed:
                return False
            jobs = [job for at, job in enumerate(jobs, len(counting)) if at not in failed]

    def _mark(self, change: JobChange) -> Action:
        item = {
            "pk": partition_key(change.org_id, change.media_id),
            "sk": f"COUNTED#{change.rev}",
            "expiresAt": _seconds(self.clock() + EVENTS_RETURN),
        }
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_item(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _put(self, job: Job) -> Action:
        """Unless what is there is later."""
        filters = Filters(
            kind=JOBS,
            org_id=job.org_id,
            project=job.project_id,
            status=job.status,
            type=job.type,
        )
        item = {
            **job.to_dict(),
            **job_key(job.org_id, job.id),
            **filters.memberships(),
            LISTED: f"{job.queued_at or ''}#{job.id}",
            "expiresAt": _seconds(self.clock() + timedelta(days=self.kept_days)),
        }
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_item(item),
                "ConditionExpression": "attribute_not_exists(pk) OR #rev < :rev",
                "ExpressionAttributeNames": {"#rev": "rev"},
                "ExpressionAttributeValues": to_item({":rev": job.rev}),
            }
        }

    def _counters(self, org_id: str, tally: Tally) -> Iterator[Action]:
        if tally.now:
            yield self._add(org_key(org_id, UNDER_WAY), tally.now)
        for day, counts in tally.days.items():
            yield self._add(org_key(org_id, day_sort(day)), counts)

    def _add(self, key: Mapping[str, str], counts: Counts) -> Action:
        names: dict[str, Any] = {f"#{number}": name for number, name in enumerate(counts)}
        values = {f":{number}": value for number, value in enumerate(counts.values())}
        sums = ", ".join(f"#{number} :{number}" for number in range(len(counts)))
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_item(key),
                "UpdateExpression": f"ADD {sums}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": to_item(values),
            }
        }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
