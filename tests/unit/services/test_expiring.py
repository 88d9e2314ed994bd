from __future__ import annotations

from dataclasses import dataclass

import pytest

from spool.errors import Transient
from spool.model import Asset, Status, Upload
from spool.services.expiring import Sweep
from tests.unit.services.fakes import MemoryCatalogue, MemoryObjects, MemoryUploads, TickingClock


@dataclass
class Stubborn(MemoryUploads):
    """Can't abort this upload for now."""

    refused: str = "s3-a"

    def abort(self, key: str, upload_id: str) -> None:
        if upload_id == self.refused:
            raise Transient("SlowDown")
        super().abort(key, upload_id)


def reserved(media_id: str, expires_at: str) -> Asset:
    upload = Upload(
        id=f"s3-{media_id}", bytes=10, exact=True, expires_at=expires_at, part_size=5 << 20
    )
    return Asset(
        id=media_id,
        org_id="org",
        project_id="proj",
        filename="a.jpg",
        original_key=f"originals/org/proj/{media_id}-a.jpg",
        status=Status.UPLOADING,
        uploaded_at="2025-01-01T10:00:00.000Z",
        uploads=(upload,),
    )


def test_one_that_can_not_be_swept_now_keeps_no_other_from_it() -> None:
    catalogue = MemoryCatalogue()
    for media_id, day in (("a", "01"), ("b", "02")):
        catalogue.insert(reserved(media_id, f"2025-01-{day}T10:00:00.000Z"))
    uploads = Stubborn()
    sweep = Sweep(
        catalogue=catalogue, uploads=uploads, originals=MemoryObjects(), clock=TickingClock()
    )

    with pytest.raises(Transient, match="Swept 1 uploads, and not those of org/proj/a"):
        sweep.run(lambda: True)
    assert catalogue.assets["org", "b"].status is Status.DELETED
    assert catalogue.usage("org").reserved_bytes == 10

    uploads.refused = ""
    assert sweep.run(lambda: True) == 1
    assert catalogue.usage("org").reserved_bytes == 0


def test_nothing_begins_without_time() -> None:
    catalogue = MemoryCatalogue()
    catalogue.insert(reserved("a", "2025-01-01T10:00:00.000Z"))
    sweep = Sweep(
        catalogue=catalogue,
        uploads=MemoryUploads(),
        originals=MemoryObjects(),
        clock=TickingClock(),
    )

    assert sweep.run(lambda: False) == 0
