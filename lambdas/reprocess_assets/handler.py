"""The work of requests to process many assets anew, from a queue: one page of assets a message."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from reprocess_assets.settings import ReprocessAssetsSettings
from spool.aws.batches import DynamoBatches, SqsBatchQueue, requested
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.reprocessing import reprocessing
from spool.aws.runtime import logger, queue_function
from spool.model import utc_now
from spool.services.batches import BatchWorker


@cache
def worker() -> BatchWorker:
    settings = ReprocessAssetsSettings.from_environment()
    table = settings.table_name
    return BatchWorker(
        catalogue=DynamoCatalogue(table=table, clock=utc_now),
        batches=DynamoBatches(table=table, clock=utc_now),
        reprocessing=reprocessing(
            table=table, bucket=settings.originals_bucket, intake=settings.intake_queue_url
        ),
    )


@cache
def queue() -> SqsBatchQueue:
    return SqsBatchQueue(queue_url=ReprocessAssetsSettings.from_environment().queue_url)


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    ref = requested(record)
    wait = worker().work(ref)
    if wait is not None:
        queue().request(ref, wait)
    logger().info("queued a page", reprocessing=ref.id, again=wait)
