"""One run of the pipeline by its services, in memory."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from spool.events import Run
from spool.formats import Family
from spool.imaging.probe import Limits
from spool.keys import RECIPE
from spool.services.extraction import Extractor
from spool.services.inspection import Inspector
from spool.services.intake import Intake
from spool.services.publication import Publisher
from spool.services.rendering import Renderer
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryExecutions,
    MemoryObjects,
    MemoryReconciliations,
    TickingClock,
)
from tests.unit.services.test_lifecycle import KEY, event

CDN = "https://cdn.example"


def picture(fmt: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    data = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(data, fmt, **options)
    return data.getvalue()


class Pipeline:
    def __init__(self) -> None:
        self.catalogue = MemoryCatalogue()
        self.originals, self.renditions = MemoryObjects(), MemoryObjects()
        clock = TickingClock()
        self.intake = Intake(
            catalogue=self.catalogue,
            executions=MemoryExecutions(),
            reconciliations=MemoryReconciliations(),
            recipe=RECIPE,
            private_projects=(),
            clock=clock,
        )
        self.inspector = Inspector(
            catalogue=self.catalogue,
            originals=self.originals,
            bytes_limits={Family.IMAGE: 1_000_000, Family.VIDEO: 2_000_000},
            limits=Limits(pixels=1_000_000),
            clock=clock,
        )
        self.extractor = Extractor(catalogue=self.catalogue, originals=self.originals)
        self.renderer = Renderer(
            originals=self.originals, renditions=self.renditions, large_mip=False
        )
        self.publisher = Publisher(
            catalogue=self.catalogue, renditions=self.renditions, cdn_url=CDN, clock=clock
        )

    def upload(
        self, data: bytes, content_type: str = "image/jpeg", *, version: int = 1, key: str = KEY
    ) -> Run:
        self.originals.objects[key, f"v{version}"] = data, content_type
        return self.intake.admit(event(version, key=key))

    def process(self, run: Run) -> None:
        inspection = self.inspector.inspect(run)
        self.extractor.extract(run, inspection)
        self.publisher.publish(run, inspection, self.renderer.render(run, inspection))
