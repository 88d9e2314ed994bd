"""News of assets, from a queue: the records and statistics of jobs are kept by them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from record_jobs.settings import RecordJobsSettings
from spool.aws.job_book import DynamoJobBook
from spool.aws.runtime import logger, queue_function
from spool.jobs import JobChange
from spool.model import utc_now
from spool.services.recording import JobRecorder


@cache
def recorder() -> JobRecorder:
    settings = RecordJobsSettings.from_environment()
    return JobRecorder(
        book=DynamoJobBook(
            table=settings.table_name, clock=utc_now, kept_days=settings.job_retention_days
        )
    )


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    change = JobChange.from_dict(json.loads(record["body"])["detail"]["jobChange"])
    new = recorder().hear(change)
    logger().info("heard", media_id=change.media_id, rev=change.rev, new=new)
