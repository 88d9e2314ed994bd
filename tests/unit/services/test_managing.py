from __future__ import annotations

from dataclasses import replace

import pytest

from spool.errors import Conflict, InvalidRequest, NotFound
from spool.model import Status
from spool.services.managing import AssetManager
from tests.unit.services.fakes import MemoryCatalogue
from tests.unit.services.test_listing import asset

TAG = "0123456789ab"


@pytest.fixture
def catalogue() -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    catalogue.insert(replace(asset(1), tag=TAG))
    return catalogue


@pytest.fixture
def manager(catalogue: MemoryCatalogue) -> AssetManager:
    return AssetManager(catalogue=catalogue, private_content=True)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.DELETED])
def test_an_asset_is_deleted_from_wherever_it_is_and_only_once(status: Status) -> None:
    catalogue = MemoryCatalogue()
    catalogue.insert(asset(1, status))
    manager = AssetManager(catalogue=catalogue, private_content=False)

    record, is_new = manager.delete("org", "m1")
    again, is_new_again = manager.delete("org", "m1")

    assert (record["status"], record["rev"], is_new) == ("deleted", 2, True)
    assert (again, is_new_again) == (record, False)
    assert "privateExif" not in record


def test_a_run_that_comes_in_between_does_not_undo_a_deletion(
    catalogue: MemoryCatalogue, manager: AssetManager
) -> None:
    before = catalogue.assets["org", "m1"]
    queued = replace(before, rev=before.rev + 1, status=Status.QUEUED)
    catalogue.meanwhile = lambda: catalogue.update(before, queued)

    assert manager.delete("org", "m1")[0]["rev"] == 3
    assert catalogue.assets["org", "m1"].status is Status.DELETED


def test_what_is_wanted_private_keeps_its_tag_until_it_is_moved(manager: AssetManager) -> None:
    record = manager.set_access("org", "m1", private=True)

    assert (record["private"], record["tag"], record["rev"]) == (True, TAG, 2)
    assert manager.set_access("org", "m1", private=True) == record


def test_what_is_wanted_already_stays_as_it_is(manager: AssetManager) -> None:
    assert manager.set_access("org", "m1", private=False)["rev"] == 1


def test_nothing_is_moved_two_ways_at_once(manager: AssetManager) -> None:
    manager.set_access("org", "m1", private=True)

    with pytest.raises(Conflict, match="still being moved"):
        manager.set_access("org", "m1", private=False)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.READY])
def test_only_what_is_ready_becomes_private(status: Status) -> None:
    catalogue = MemoryCatalogue()
    catalogue.insert(replace(asset(1, status), tag=TAG))

    with pytest.raises(Conflict, match=f"m1 is {status}"):
        AssetManager(catalogue=catalogue, private_content=True).set_access(
            "org", "m1", private=True
        )


def test_without_keys_nothing_becomes_private_but_all_may_become_public() -> None:
    catalogue = MemoryCatalogue()
    catalogue.insert(replace(asset(1), tag=f"p{TAG}", private=True))
    manager = AssetManager(catalogue=catalogue, private_content=False)

    with pytest.raises(InvalidRequest, match="privatePublicKeys"):
        manager.set_access("org", "m1", private=True)
    assert manager.set_access("org", "m1", private=False)["private"] is False


@pytest.mark.parametrize("unknown", ["m9", "../m1", ""])
def test_an_asset_that_never_was_is_not_found(manager: AssetManager, unknown: str) -> None:
    with pytest.raises(NotFound):
        manager.delete("org", unknown)
    with pytest.raises(NotFound):
        manager.set_access("other", "m1", private=True)
