from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spool.errors import NotFound
from spool.formats import Family
from spool.model import Asset, Status, timestamp
from spool.reprocessing import Batch, BatchRef, Selection
from spool.services.batches import PACE, PAGE, BatchDesk, BatchWorker
from spool.services.steering import Reprocessing
from tests.unit.services.fakes import MemoryCatalogue, MemoryIntakes

NOW = datetime(2025, 1, 15, 12, tzinfo=UTC)
REF = BatchRef("org", "reprocessing_1")


@dataclass
class MemoryBatches:
    batches: dict[BatchRef, Batch] = field(default_factory=dict)
    requested: list[tuple[BatchRef, int]] = field(default_factory=list)

    def insert(self, batch: Batch) -> None:
        self.batches[batch.ref] = batch

    def get(self, ref: BatchRef) -> Batch | None:
        return self.batches.get(ref)

    def update(self, before: Batch, after: Batch) -> bool:
        if self.batches[before.ref].rev != before.rev:
            return False
        self.batches[before.ref] = after
        return True

    def request(self, ref: BatchRef, seconds: int) -> None:
        self.requested.append((ref, seconds))


class Office:
    def __init__(self, *assets: Asset) -> None:
        self.catalogue, self.batches, self.intakes = (
            MemoryCatalogue(),
            MemoryBatches(),
            MemoryIntakes(),
        )
        for one in assets:
            assert self.catalogue.insert(one)
        self.now = NOW
        self.desk = BatchDesk(
            batches=self.batches,
            queue=self.batches,
            clock=lambda: self.now,
            new_id=lambda: REF.id,
        )
        self.worker = BatchWorker(
            catalogue=self.catalogue,
            batches=self.batches,
            reprocessing=Reprocessing(
                catalogue=self.catalogue,
                intakes=self.intakes,
                bucket="originals",
                clock=lambda: self.now,
            ),
        )

    def start(self, **selection: Any) -> dict[str, Any]:
        return self.desk.start("org", Selection(**selection))

    def run(self) -> int:
        """Page after page; how many."""
        pages = 1
        while self.worker.work(REF) is not None:
            self.now += timedelta(seconds=PACE)
            pages += 1
        return pages

    @property
    def queued(self) -> list[str]:
        return [media_id for media_id, *_ in self.intakes.queued]


def asset(number: int, status: Status = Status.READY, **fields: Any) -> Asset:
    defaults: dict[str, Any] = {
        "id": f"m{number}",
        "org_id": "org",
        "project_id": "proj",
        "filename": "a.jpg",
        "original_key": f"originals/org/proj/m{number}-a.jpg",
        "uploaded_at": timestamp(NOW - timedelta(minutes=number + 1)),
        "queued_at": timestamp(NOW - timedelta(minutes=number + 1)),
        "version_id": "v1",
        "version_number": 1,
        "type": Family.IMAGE,
    }
    return Asset(**{**defaults, "status": status, **fields})


def test_all_that_are_named_are_queued_once_page_by_page() -> None:
    office = Office(*(asset(number) for number in range(2 * PAGE + 3)))
    begun = office.start(project_id="proj")
    assert (begun["status"], begun["assets"], begun["asOf"]) == ("running", 0, timestamp(NOW))
    assert office.batches.requested == [(REF, 0)]

    assert office.run() == 3

    assert sorted(office.queued) == sorted(f"m{number}" for number in range(2 * PAGE + 3))
    done = office.desk.read("org", REF.id)
    assert (done["status"], done["assets"]) == ("done", 2 * PAGE + 3)
    assert office.worker.work(REF) is None
    assert len(office.queued) == 2 * PAGE + 3


def test_only_what_stands_still_and_is_named_is_queued() -> None:
    office = Office(
        asset(1),
        asset(2, Status.FAILED),
        asset(3, Status.PROCESSING),
        asset(4, Status.QUARANTINED),
        asset(5, Status.UPLOADING, version_id=None),
        asset(6, Status.DELETED),
        asset(7, project_id="other"),
        asset(8, type=Family.VIDEO),
        asset(9, uploaded_at=timestamp(NOW + timedelta(seconds=1))),
    )
    office.start(project_id="proj", type=Family.IMAGE)
    office.run()

    assert sorted(office.queued) == ["m1", "m2"]


def test_by_status_and_time() -> None:
    office = Office(*(asset(number, Status.FAILED) for number in range(5)), asset(5))
    office.start(
        status="failed",
        since=timestamp(NOW - timedelta(minutes=4)),
        until=timestamp(NOW - timedelta(minutes=2)),
    )
    office.run()

    assert sorted(office.queued) == ["m1", "m2", "m3"]


def test_a_page_that_is_done_once_more_queues_nothing_twice() -> None:
    """A crash before the record was written, or two messages at once."""
    office = Office(*(asset(number) for number in range(PAGE + 1)))
    office.start(project_id="proj")
    before = office.batches.batches[REF]
    office.now += timedelta(seconds=1)
    office.worker.work(REF)
    office.batches.batches[REF] = before

    office.run()

    assert sorted(office.queued) == sorted(f"m{number}" for number in range(PAGE + 1))


def test_of_two_who_work_at_once_one_goes_on() -> None:
    office = Office(*(asset(number) for number in range(PAGE + 1)))
    office.start(project_id="proj")
    before = office.batches.batches[REF]
    office.batches.batches[REF] = replace(before, rev=before.rev + 1)
    stale = MemoryBatches({REF: before})
    stale.update = office.batches.update  # type: ignore[method-assign]

    assert replace(office.worker, batches=stale).work(REF) is None


@pytest.mark.parametrize(("org", "batch"), [("rival", REF.id), ("org", "reprocessing_2")])
def test_what_never_was_is_not_found(org: str, batch: str) -> None:
    office = Office()
    office.start(project_id="proj")

    with pytest.raises(NotFound):
        office.desk.read(org, batch)
    assert office.worker.work(BatchRef(org, batch)) is None
