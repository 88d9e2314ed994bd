"""Make the sizes of an image that products show."""

from __future__ import annotations

from dataclasses import dataclass

from spool.events import Inspection, RenditionSummary, Run
from spool.imaging.probe import probe
from spool.imaging.renditions import LARGE_MIP, MIPS, Rendition, make_renditions
from spool.services.inspection import inspected_format
from spool.services.storage_ports import Objects


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """`large_mip`: whether larger pictures keep a mip of 3840 px."""

    originals: Objects
    renditions: Objects
    large_mip: bool

    def render(self, run: Run, inspection: Inspection) -> list[RenditionSummary]:
        """Store each rendition of the run's version under its tag. Raises MediaError."""
        data = self.originals.get(run.key, run.version_id).read()
        info = probe(data, inspected_format(inspection))
        largest = LARGE_MIP if self.large_mip else MIPS[0]
        made = make_renditions(data, info, largest)
        return [store(self.renditions, run, rendition) for rendition in made]


def store(objects: Objects, run: Run, rendition: Rendition) -> RenditionSummary:
    """Store `rendition` under the run's tag."""
    objects.put(run.ref.rendition(run.tag, rendition.name), rendition.data, rendition.content_type)
    return RenditionSummary(
        name=rendition.name,
        contentType=rendition.content_type,
        bytes=len(rendition.data),
        width=rendition.width,
        height=rendition.height,
    )
