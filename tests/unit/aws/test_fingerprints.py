"""The adapter on moto, and beside it the fake that the services' tests use: they must agree."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.fingerprints import DynamoFingerprints
from spool.errors import Transient
from spool.indexes import BANDS, CONTENT
from spool.model import Asset, Status
from spool.services.ports import Catalogue, Fingerprints
from spool.similarity import bands, distance, probes
from tests.unit.aws.test_catalogue import NOW, asset
from tests.unit.services.fakes import MemoryCatalogue, MemoryFingerprints

HASH = "a0e597daacb85a25"
FLAT = "8000000000000000"
DIGEST = "ab" * 32


@dataclass(frozen=True)
class Shelf:
    catalogue: Catalogue
    fingerprints: Fingerprints

    def near(self, look: str, within: int, limit: int = 2_000) -> list[str]:
        """Ids, as often as they were found."""
        found = self.fingerprints.near("org", probes(look, within), limit)
        return sorted(entry.media_id for entry in found.entries)


@pytest.fixture(params=["dynamodb", "memory"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "memory":
        memory = MemoryCatalogue()
        return Shelf(memory, MemoryFingerprints(memory))
    table = request.getfixturevalue("table")
    return Shelf(DynamoCatalogue(table=table, clock=lambda: NOW), DynamoFingerprints(table=table))


def looks(number: int, look: str, **fields: Any) -> Asset:
    return asset(number, perceptual_hash=look, **fields)


def test_the_same_bytes_are_found_newest_first(shelf: Shelf) -> None:
    for number in range(3):
        shelf.catalogue.insert(asset(number, sha256=DIGEST, project_id=f"p{number}"))
    shelf.catalogue.insert(asset(3, sha256="cd" * 32))
    shelf.catalogue.insert(asset(4))
    shelf.catalogue.insert(asset(5, sha256=DIGEST, org_id="rival"))
    shelf.catalogue.insert(asset(6, sha256=DIGEST, status=Status.DELETED))
    shelf.catalogue.insert(asset(7, sha256=DIGEST, status=Status.FAILED, private=True))

    twins = shelf.fingerprints.same("org", DIGEST, 3)

    assert [twin.media_id for twin in twins] == ["m7", "m2", "m1"]
    assert (twins[0].status, twins[0].private, twins[0].project_id) == (
        Status.FAILED,
        True,
        "proj",
    )
    assert (twins[1].status, twins[1].private, twins[1].project_id) == (Status.READY, False, "p2")


def test_pictures_are_found_by_each_band_that_is_alike(shelf: Shelf) -> None:
    shelf.catalogue.insert(looks(1, HASH))
    shelf.catalogue.insert(looks(2, HASH, org_id="rival"))
    shelf.catalogue.insert(looks(3, HASH, status=Status.DELETED))
    shelf.catalogue.insert(looks(4, FLAT))

    assert shelf.near(HASH, 3) == ["m1"] * 4
    found = shelf.fingerprints.near("org", probes(HASH, 3), 4)
    assert {(one.perceptual_hash, one.position) for one in found.entries} == {
        (HASH, f"{asset(1).uploaded_at}#m1")
    }
    assert shelf.near(FLAT, 7) == []


def test_a_new_version_is_found_by_its_own_hashes(shelf: Shelf) -> None:
    before = looks(1, HASH, sha256=DIGEST)
    other = f"{int(HASH, 16) ^ (1 << 64) - 1:016x}"
    shelf.catalogue.insert(before)

    shelf.catalogue.update(before, replace(before, rev=2, perceptual_hash=other, sha256="cd" * 32))

    assert shelf.near(HASH, 7) == []
    assert shelf.near(other, 3) == ["m1"] * 4
    assert shelf.fingerprints.same("org", DIGEST, 9) == []
    assert len(shelf.fingerprints.same("org", "cd" * 32, 9)) == 1


def test_a_deleted_asset_leaves_the_indexes(shelf: Shelf) -> None:
    before = looks(1, HASH, sha256=DIGEST)
    shelf.catalogue.insert(before)

    shelf.catalogue.update(before, replace(before, rev=2, status=Status.DELETED))

    assert shelf.near(HASH, 7) == []
    assert shelf.fingerprints.same("org", DIGEST, 9) == []


@pytest.mark.parametrize("within", [3, 7])
def test_the_index_finds_what_comparing_all_finds(shelf: Shelf, within: int) -> None:
    """As bench/duplicates.py shows of 100,000 hashes with an index in memory."""
    chosen = random.Random(6)
    hashes: list[str] = []
    for _ in range(20):
        core = sum(1 << bit for bit in chosen.sample(range(64), 32))
        for bits in (0, 2, 4, 7, 9):
            near = core ^ sum(1 << bit for bit in chosen.sample(range(64), bits))
            hashes.append(f"{near:016x}")
    for number, look in enumerate(hashes):
        shelf.catalogue.insert(looks(number, look))

    for look in hashes[::7]:
        wanted = {f"m{n}" for n, other in enumerate(hashes) if distance(look, other) <= within}
        assert wanted <= set(shelf.near(look, within))


@pytest.mark.parametrize(
    ("limit", "read", "truncated"), [(1, 1, True), (39, 39, True), (41, 40, False), (99, 40, False)]
)
def test_no_more_entries_are_read_than_allowed(
    shelf: Shelf, limit: int, read: int, truncated: bool
) -> None:
    for number in range(10):
        shelf.catalogue.insert(looks(number, HASH))

    found = shelf.fingerprints.near("org", probes(HASH, 7), limit)

    assert (len(found.entries), found.truncated) == (read, truncated)


def test_a_full_bucket_takes_nothing_from_others(table: str) -> None:
    """Thirty assets share one band's value with what is looked for, one shares another's."""
    catalogue, fingerprints = (
        DynamoCatalogue(table=table, clock=lambda: NOW),
        DynamoFingerprints(table=table),
    )
    bits = [1 << bit for bit in range(64)]
    own = int(HASH, 16)
    of_the_first_band = [b for b in bits if bands(f"{own ^ b:016x}")[0] != bands(HASH)[0]]
    crowd = f"{own ^ sum(bits) ^ sum(of_the_first_band):016x}"
    for number in range(30):
        catalogue.insert(looks(number, crowd))
    catalogue.insert(looks(30, HASH))

    found = fingerprints.near("org", probes(HASH, 3), 12)

    assert found.truncated
    assert "m30" in {entry.media_id for entry in found.entries}
    assert len(found.entries) == 12
    whole = fingerprints.near("org", probes(HASH, 3), 60)
    assert not whole.truncated


def test_assets_come_as_they_were_last_written(shelf: Shelf) -> None:
    for number in range(3):
        shelf.catalogue.insert(asset(number))
    shelf.catalogue.insert(asset(4, org_id="rival"))

    found = shelf.fingerprints.assets("org", ["m2", "m0", "m4", "m9"])

    assert sorted(one.id for one in found) == ["m0", "m2"]
    assert {one.id: one for one in found}["m2"] == shelf.catalogue.get("org", "m2")
    assert shelf.fingerprints.assets("org", []) == []


def test_more_assets_than_one_call_takes_are_read_by_several(table: str) -> None:
    catalogue = DynamoCatalogue(table=table, clock=lambda: NOW)
    for number in range(101):
        catalogue.insert(asset(number))

    found = DynamoFingerprints(table=table).assets("org", [f"m{number}" for number in range(101)])

    assert len({one.id for one in found}) == 101


class Stingy:
    """A DynamoDB that gives one asset a call, as it does when much is asked."""

    def __init__(self, patience: int) -> None:
        self.patience, self._real = patience, clients.dynamodb()

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803
        ((table, wanted),) = RequestItems.items()
        given = wanted["Keys"][:1] if self.patience > 0 else []
        self.patience -= 1
        left = wanted["Keys"][len(given) :]
        one: Any = {table: {**wanted, "Keys": given}}
        responses = self._real.batch_get_item(RequestItems=one)["Responses"] if given else {}
        return {"Responses": responses, "UnprocessedKeys": {table: {"Keys": left}} if left else {}}


def test_what_a_call_leaves_over_is_asked_for_again(table: str) -> None:
    catalogue = DynamoCatalogue(table=table, clock=lambda: NOW)
    for number in range(4):
        catalogue.insert(asset(number))
    waits: list[float] = []
    client: Any = Stingy(4)
    reader = DynamoFingerprints(table=table, client=lambda: client, sleep=waits.append)

    found = reader.assets("org", [f"m{number}" for number in range(4)])

    assert sorted(one.id for one in found) == ["m0", "m1", "m2", "m3"]
    assert len(waits) == 3


def test_who_gives_nothing_for_long_is_a_passing_fault(table: str) -> None:
    client: Any = Stingy(0)
    reader = DynamoFingerprints(table=table, client=lambda: client, sleep=lambda _: None)

    with pytest.raises(Transient):
        reader.assets("org", ["m1"])


def test_index_entries_hold_what_is_read_of_them_and_no_more(table: str) -> None:
    DynamoCatalogue(table=table, clock=lambda: NOW).insert(
        looks(1, HASH, sha256=DIGEST, exif={"FNumber": 2.8})
    )
    keys = {"pk", "sk", "listedKey"}
    for index in (CONTENT, *BANDS):
        (item,) = clients.dynamodb().scan(TableName=table, IndexName=index.name)["Items"]
        assert item.keys() == keys | {index.partition_key, *(index.projected or ())}
