"""State `metadata_extract`: record what an image holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from metadata_extract.settings import MetadataExtractSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.events import Run
from spool.model import utc_now
from spool.services.extraction import Extractor


@cache
def extractor() -> Extractor:
    settings = MetadataExtractSettings.from_environment()
    return Extractor(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Objects(bucket=settings.originals_bucket),
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    extractor().extract(Run.from_dict(event), event["inspection"])
    return {}
