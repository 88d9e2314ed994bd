"""Record what an image holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

from spool.events import Inspection, Run
from spool.imaging.metadata import ImageMetadata, extract
from spool.model import camel
from spool.services.inspection import inspected_format
from spool.services.ports import Catalogue
from spool.services.storage_ports import Objects


@dataclass(frozen=True, kw_only=True)
class Extractor:
    catalogue: Catalogue
    originals: Objects

    def extract(self, run: Run, inspection: Inspection) -> None:
        """Store the metadata of the run's version beside the asset. Raises MediaError."""
        data = self.originals.get(run.key, run.version_id).read()
        metadata = extract(data, inspected_format(inspection))
        digest = hashlib.sha256(data).hexdigest()
        self.catalogue.store_metadata(run.ref, run.tag, {**_record(metadata), "sha256": digest})


def _record(metadata: ImageMetadata) -> dict[str, Any]:
    """By the names of the asset's record."""
    return {camel(f.name): getattr(metadata, f.name) for f in fields(metadata)}
