"""S3's Object Deleted events, from a queue: what somebody deletes there is deleted here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from on_object_deleted.settings import OnObjectDeletedSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import logger, queue_function
from spool.aws.versions import S3Versions
from spool.events import ObjectDeleted
from spool.keys import InvalidKey
from spool.model import utc_now
from spool.services.removals import Removals
from spool.services.restoring import Restorer


@cache
def removals() -> Removals:
    settings = OnObjectDeletedSettings.from_environment()
    catalogue = DynamoCatalogue(table=settings.table_name, clock=utc_now)
    return Removals(
        catalogue=catalogue,
        originals=S3Objects(bucket=settings.originals_bucket),
        restorer=Restorer(
            catalogue=catalogue,
            originals=S3Versions(bucket=settings.originals_bucket),
            clock=utc_now,
            new_upload_id=lambda: f"restore_{uuid4().hex}",
        ),
    )


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    event = ObjectDeleted.from_event(json.loads(record["body"]))
    try:
        done = removals().heed(event)
    except InvalidKey:  # of no asset
        return
    logger().info(done, key=event.key, version_id=event.version_id)
