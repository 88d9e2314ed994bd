"""Downloads that were asked for, from their queue: make each one's zip."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.downloads import requested
from spool.aws.objects import S3Objects
from spool.aws.runtime import logger, queue_function
from spool.errors import NotFound
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


@queue_function
def handler(record: Mapping[str, Any], context: LambdaContext) -> None:
    log = logger()
    ref = requested(record)
    log.append_keys(download_id=ref.id)
    try:
        status = zipper().make(ref, lambda: context.get_remaining_time_in_millis() / 1000)
    except NotFound as error:  # expired: nobody waits for it any more
        log.info(str(error))
    else:
        log.info(status)
