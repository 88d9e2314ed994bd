"""Processing anew, on AWS."""

from __future__ import annotations

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.intake_queue import IntakeQueue
from spool.model import utc_now
from spool.services.steering import Reprocessing


def reprocessing(*, table: str, bucket: str, intake: str) -> Reprocessing:
    """`bucket` is the originals', `intake` the URL of their queue."""
    return Reprocessing(
        catalogue=DynamoCatalogue(table=table, clock=utc_now),
        intakes=IntakeQueue(queue_url=intake, bucket=bucket),
        bucket=bucket,
        clock=utc_now,
    )
