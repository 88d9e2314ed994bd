"""Downloads that were asked for, from their queue: make each one's zip."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import begin
from spool.errors import NotFound
from spool.keys import DownloadRef
from spool.model import utc_now
from spool.services.zipping import Zipper
from zip_download.settings import ZipDownloadSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@cache
def zipper() -> Zipper:
    settings = ZipDownloadSettings.from_environment()
    return Zipper(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Objects(bucket=settings.originals_bucket),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        clock=utc_now,
    )


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What failed stays in the queue and, after its last try, lands in the dead-letter queue."""
    failed = [record["messageId"] for record in event["Records"] if not _made(record, context)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _made(record: Mapping[str, Any], context: LambdaContext) -> bool:
    log = begin(message_id=record["messageId"])
    try:
        message = json.loads(record["body"])
        ref = DownloadRef(message["orgId"], message["id"])
        log.append_keys(download_id=ref.id)
        status = zipper().make(ref, lambda: context.get_remaining_time_in_millis() / 1000)
    except NotFound as error:  # expired: nobody waits for it any more
        log.info(str(error))
    except Exception:
        log.exception("The zip could not be made.")
        return False
    else:
        log.info(status)
    return True
