"""State `inspect_original`: what arrived, by its bytes, and is it within the limits?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from inspect_original.settings import InspectOriginalSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.events import Run
from spool.imaging.probe import Limits
from spool.model import utc_now
from spool.services.inspection import Inspector


@cache
def inspector() -> Inspector:
    settings = InspectOriginalSettings.from_environment()
    return Inspector(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        originals=S3Objects(bucket=settings.originals_bucket),
        bytes_limits=settings.bytes_limits,
        limits=Limits(settings.pixel_limit, settings.decoder_bytes_limit),
        clock=utc_now,
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    return dict(inspector().inspect(Run.from_dict(event)))
