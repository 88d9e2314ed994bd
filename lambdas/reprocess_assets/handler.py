"""The work of requests to process many assets anew, from a queue: one page of assets a message."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from reprocess_assets.settings import ReprocessAssetsSettings
from spool.aws.batches import DynamoBatches, SqsBatchQueue, requested
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.intake_queue import IntakeQueue
from spool.aws.runtime import logger, queue_function
from spool.model import utc_now
from spool.services.batches import BatchWorker
from spool.services.steering import Reprocessing


@cache
def worker() -> BatchWorker:
    settings = ReprocessAssetsSettings.from_environment()
    catalogue = DynamoCatalogue(table=settings.table_name, clock=utc_now)
    bucket = settings.originals_bucket
    return BatchWorker(
        catalogue=catalogue,
        batches=DynamoBatches(table=settings.table_name, clock=utc_now),
        reprocessing=Reprocessing(
            catalogue=catalogue,
            intakes=IntakeQueue(queue_url=settings.intake_queue_url, bucket=bucket),
            bucket=bucket,
            clock=utc_now,
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
