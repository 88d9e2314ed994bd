"""State `image_variants`: make the renditions of an image."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from image_variants.settings import ImageVariantsSettings
from spool.aws.objects import S3Objects
from spool.aws.runtime import state
from spool.events import Run
from spool.services.rendering import Renderer


@cache
def renderer() -> Renderer:
    settings = ImageVariantsSettings.from_environment()
    return Renderer(
        originals=S3Objects(bucket=settings.originals_bucket),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        large_mip=settings.large_mip,
    )


@state
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    return {"renditions": renderer().render(Run.from_dict(event), event["inspection"])}
