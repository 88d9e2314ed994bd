"""News of assets, from a queue: buckets and CDN are made to agree with the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from reconcile_delivery.settings import ReconcileDeliverySettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.cdn import CloudFrontCdn
from spool.aws.objects import S3Objects
from spool.aws.reconciliations import Reconciliation, ReconciliationQueue
from spool.aws.runtime import logger, queue_function
from spool.aws.versions import S3Versions
from spool.model import utc_now
from spool.services.reconciling import Reconciler


@cache
def reconciler() -> Reconciler:
    settings = ReconcileDeliverySettings.from_environment()
    return Reconciler(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Versions(bucket=settings.originals_bucket),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        variants=S3Objects(bucket=settings.variants_bucket),
        cdn=CloudFrontCdn(distribution_id=settings.distribution_id),
        cdn_url=settings.cdn_url,
    )


@cache
def queue() -> ReconciliationQueue:
    return ReconciliationQueue(queue_url=ReconcileDeliverySettings.from_environment().queue_url)


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    message = Reconciliation.from_record(record)
    log = logger()
    log.append_keys(media_id=message.ref.media_id, sweep=message.sweep)
    try:
        wait = reconciler().reconcile(
            message.ref, message.reference, sweep=message.sweep, again=message.receives > 1
        )
        if wait is not None:
            queue().look_again(message, wait)
    except Exception:
        queue().retry(message)
        raise
    log.info("reconciled", again=wait)
