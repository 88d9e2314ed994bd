from __future__ import annotations

from dataclasses import replace

import pytest

from spool.errors import Superseded, Transient
from spool.keys import InvalidKey, execution_name
from spool.model import Asset, Declaration, Status
from spool.quotas import Usage
from spool.services import lifecycle
from spool.services.intake import Intake
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryExecutions,
    MemoryReconciliations,
    TickingClock,
)
from tests.unit.services.test_lifecycle import ERROR, KEY, UPLOAD, event, started


@pytest.fixture
def catalogue() -> MemoryCatalogue:
    return MemoryCatalogue()


@pytest.fixture
def executions() -> MemoryExecutions:
    return MemoryExecutions()


@pytest.fixture
def intake(catalogue: MemoryCatalogue, executions: MemoryExecutions) -> Intake:
    return Intake(
        catalogue=catalogue,
        executions=executions,
        reconciliations=MemoryReconciliations(),
        recipe="1",
        private_projects=(),
        clock=TickingClock(),
    )


def presigned(catalogue: MemoryCatalogue) -> Asset:
    asset = Asset(
        id="media_1",
        org_id="org",
        project_id="proj",
        filename="a.jpg",
        original_key=KEY,
        status=Status.UPLOADING,
        uploaded_at="2025-01-15T09:00:00.000Z",
        correlation_id="request-1",
        declared=Declaration("a.jpg", "request-1"),
    )
    assert catalogue.insert(asset)
    return asset


def stored(catalogue: MemoryCatalogue) -> Asset:
    asset = catalogue.get("org", "media_1")
    assert asset is not None
    return asset


def fail(catalogue: MemoryCatalogue, intake: Intake) -> None:
    run = intake.admit(event(1))
    lifecycle.change_run(catalogue, run, lambda asset: lifecycle.failed(asset, ERROR))


def test_an_upload_is_queued_under_the_correlation_id_of_its_presign(
    catalogue: MemoryCatalogue, executions: MemoryExecutions, intake: Intake
) -> None:
    presigned(catalogue)

    run = intake.admit(event(1))

    assert stored(catalogue).status is Status.QUEUED
    assert (stored(catalogue).version_id, stored(catalogue).version_number) == ("v1", 1)
    assert run.correlation_id == "request-1"
    assert executions.runs == {execution_name("originals", KEY, "v1", 1): run}


def test_an_object_that_nobody_presigned_becomes_an_asset(
    catalogue: MemoryCatalogue, intake: Intake
) -> None:
    run = intake.admit(event(1))

    assert stored(catalogue).status is Status.QUEUED
    assert stored(catalogue).filename == "a.jpg"
    assert stored(catalogue).content_type is None
    assert run.correlation_id == "event-1"


def test_a_repeated_event_starts_nothing_twice(
    catalogue: MemoryCatalogue, executions: MemoryExecutions, intake: Intake
) -> None:
    first = intake.admit(event(1))
    before = stored(catalogue)

    assert intake.admit(event(1)) == first
    assert stored(catalogue) == before
    assert len(executions.runs) == 1


def test_an_older_event_overwrites_nothing(
    catalogue: MemoryCatalogue, executions: MemoryExecutions, intake: Intake
) -> None:
    intake.admit(event(2))
    before = stored(catalogue)

    with pytest.raises(Superseded):
        intake.admit(event(1))
    late = replace(before, rev=before.rev + 1, stored_bytes=20, versions_seen=2)
    assert stored(catalogue) == late  # it is there, and counts
    assert catalogue.usage("org") == Usage(bytes=20, assets=1)
    assert len(executions.runs) == 1


def test_a_start_that_failed_after_the_write_is_made_up_for(
    executions: MemoryExecutions, intake: Intake
) -> None:
    executions.broken = Transient("StartExecution was throttled.")
    with pytest.raises(Transient):
        intake.admit(event(1))

    run = intake.admit(event(1))

    assert list(executions.runs.values()) == [run]


def test_two_deliveries_at_once_are_one_run(
    catalogue: MemoryCatalogue, executions: MemoryExecutions, intake: Intake
) -> None:
    catalogue.meanwhile = lambda: intake.admit(event(1))

    intake.admit(event(1))

    assert (stored(catalogue).version_number, stored(catalogue).rev) == (1, 1)
    assert len(executions.runs) == 1


def test_a_newer_version_overtakes_a_running_one(
    catalogue: MemoryCatalogue, intake: Intake
) -> None:
    old = intake.admit(event(1))
    lifecycle.change_run(catalogue, old, started)

    intake.admit(event(2))

    assert stored(catalogue).status is Status.QUEUED
    assert stored(catalogue).version_number == 2
    with pytest.raises(Superseded):
        lifecycle.change_run(catalogue, old, lambda a: lifecycle.ready(a, old, {}, "now"))


def test_a_replacements_name_and_correlation_id_come_with_it(
    catalogue: MemoryCatalogue, intake: Intake
) -> None:
    presigned(catalogue)
    intake.admit(event(1))
    before = stored(catalogue)
    renamed = Declaration("renamed.jpg", "request-2")
    catalogue.update(before, lifecycle.declared(before, renamed, UPLOAD))
    assert stored(catalogue).filename == "a.jpg"

    run = intake.admit(event(2))

    assert stored(catalogue).filename == "renamed.jpg"
    assert run.correlation_id == "request-2"
    assert run.key == KEY


def test_a_retry_counts_once(
    catalogue: MemoryCatalogue, executions: MemoryExecutions, intake: Intake
) -> None:
    fail(catalogue, intake)

    runs = [intake.admit(event(1, attempt=2)) for _ in range(3)]

    assert {run.attempt for run in runs} == {2}
    assert stored(catalogue).status is Status.QUEUED
    assert stored(catalogue).error is None
    assert stored(catalogue).version_number == 1
    assert len(executions.runs) == 2


def test_a_retry_rescues_a_run_that_died_without_a_word(
    catalogue: MemoryCatalogue, intake: Intake
) -> None:
    lost = intake.admit(event(1))
    lifecycle.change_run(catalogue, lost, started)

    intake.admit(event(1, attempt=2))

    assert stored(catalogue).status is Status.QUEUED


def test_a_deleted_asset_stays_deleted(catalogue: MemoryCatalogue, intake: Intake) -> None:
    run = intake.admit(event(1))
    lifecycle.change_run(catalogue, run, lifecycle.deleted)

    with pytest.raises(Superseded):
        intake.admit(event(2))
    assert stored(catalogue).status is Status.DELETED


@pytest.mark.parametrize(
    "key", ["originals/org/other/media_1-a.jpg", "originals/org/proj/media_1-b.jpg"]
)
def test_a_media_id_has_one_key(
    catalogue: MemoryCatalogue, intake: Intake, executions: MemoryExecutions, key: str
) -> None:
    intake.admit(event(1))

    with pytest.raises(Superseded):
        intake.admit(event(2, key=key))
    assert stored(catalogue).original_key == KEY
    assert len(executions.runs) == 1


@pytest.mark.parametrize(
    "key", ["originals/a.jpg", "elsewhere/org/proj/m-a.jpg", "originals/o/p/m"]
)
def test_a_key_outside_the_scheme_is_refused(intake: Intake, key: str) -> None:
    with pytest.raises(InvalidKey):
        intake.admit(event(1, key=key))
