"""Look into a video, and record what it holds."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from spool.errors import NotFound
from spool.events import Inspection, Run
from spool.services.inspection import gone, inspected_format
from spool.services.ports import Catalogue
from spool.services.storage_ports import Body, Objects
from spool.video.limits import VideoLimits
from spool.video.probe import Probe, probe
from spool.video.reader import RangedReader
from spool.video.source import VideoSource

CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Prober:
    catalogue: Catalogue
    originals: Objects
    limits: VideoLimits

    def probe(self, run: Run, inspection: Inspection) -> VideoSource:
        """Store the metadata of the run's version beside the asset. It is looked into by ranges,
        then read once, chunk by chunk, for its digest. Raises MediaError, Superseded."""
        try:
            fetch = partial(self.originals.read_range, run.key, run.version_id)
            reader = RangedReader(fetch, inspection["bytes"])
            found = probe(reader, inspected_format(inspection), self.limits)
            digest = _sha256(self.originals.get(run.key, run.version_id).body)
        except NotFound as error:
            raise gone(self.catalogue, self.originals, run) from error
        self.catalogue.store_metadata(run.ref, run.tag, {**_record(found), "sha256": digest})
        return found.source


def _sha256(body: Body) -> str:
    digest = hashlib.sha256()
    with closing(body):
        while chunk := body.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _record(found: Probe) -> dict[str, Any]:
    """By the names of the asset's record. What is seen in the pictures, `video_stills` adds."""
    return {
        "width": found.source.width,
        "height": found.source.height,
        "duration": found.source.duration,
        "container": found.container,
        "bitRate": found.bit_rate,
        "recordedAt": found.recorded_at,
        "video": found.video,
        "audio": found.audio,
        "exif": found.exif,
        "privateExif": found.private_exif,
        "palette": (),
        "warnings": (),
    }
