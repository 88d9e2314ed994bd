"""The adapter on moto, and beside it the fake that the services' tests use: they must agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from spool.aws import clients
from spool.aws.catalogue import METADATA_LIFETIME, DynamoCatalogue
from spool.errors import AssetErrorCode, NotFound
from spool.formats import Family
from spool.keys import AssetRef
from spool.model import Asset, AssetError, Declaration, Status
from spool.services.ports import AssetPage, AssetQuery, Catalogue
from tests.unit.services.fakes import MemoryCatalogue

NOW = datetime(2025, 1, 15, 10, tzinfo=UTC)
REF = AssetRef("org", "proj", "m1")


@pytest.fixture(params=["dynamodb", "memory"])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    if request.param == "memory":
        return MemoryCatalogue()
    return DynamoCatalogue(table=request.getfixturevalue("table"), clock=lambda: NOW)


def asset(number: int = 1, **fields: Any) -> Asset:
    defaults: dict[str, Any] = {
        "id": f"m{number}",
        "org_id": "org",
        "project_id": "proj",
        "filename": "a.jpg",
        "original_key": f"originals/org/proj/m{number}-a.jpg",
        "status": Status.READY,
        "uploaded_at": f"2025-01-15T{number // 60:02}:{number % 60:02}:00.000Z",
    }
    return Asset(**{**defaults, **fields})


FULL = asset(
    rev=3,
    tag="0123456789ab",
    type=Family.IMAGE,
    bytes=3_296_423,
    width=1920,
    has_alpha=False,
    palette=("#1b2a3c", "#ffffff"),
    exif={"FNumber": 2.8, "ISO": 100, "Lens": "", "Nested": {"list": [1, 0.5, None, True]}},
    private_exif={"gps": {"lat": 48.8581944}},
    processed={"onDemandResize": True, "lqip": "https://cdn.example/lqip.webp"},
    error=AssetError(AssetErrorCode.CORRUPT, "It is damaged.", "inspect_original", "now"),
    warnings=("one",),
    declared=Declaration("b.jpg", "request-2"),
)


def test_an_asset_comes_back_as_it_was_stored(catalogue: Catalogue) -> None:
    assert catalogue.insert(FULL)

    assert catalogue.get("org", "m1") == FULL
    assert catalogue.get("org", "m2") is None
    assert catalogue.get("other", "m1") is None


def test_an_id_is_taken_once(catalogue: Catalogue) -> None:
    assert catalogue.insert(asset())

    assert not catalogue.insert(asset(filename="b.jpg"))
    stored = catalogue.get("org", "m1")
    assert stored is not None
    assert stored.filename == "a.jpg"


def test_of_two_writers_the_first_wins(catalogue: Catalogue) -> None:
    before = asset()
    catalogue.insert(before)
    first = replace(before, rev=2, status=Status.QUEUED, width=10)
    second = replace(before, rev=2, status=Status.DELETED)

    assert catalogue.update(before, first)
    assert not catalogue.update(before, second)
    assert catalogue.get("org", "m1") == first


def test_metadata_waits_under_its_tag(catalogue: Catalogue) -> None:
    catalogue.store_metadata(REF, "0123456789ab", {"width": 3, "exif": {"FNumber": 2.8}})

    assert catalogue.load_metadata(REF, "0123456789ab") == {"width": 3, "exif": {"FNumber": 2.8}}
    assert catalogue.get("org", "m1") is None
    with pytest.raises(NotFound):
        catalogue.load_metadata(REF, "ffffffffffff")


def ids(page: AssetPage) -> list[str]:
    return [asset.id for asset in page.assets]


def every_page(catalogue: Catalogue, query: AssetQuery) -> list[str]:
    found, page = [], catalogue.find(query)
    found += ids(page)
    while page.next is not None:
        page = catalogue.find(replace(query, after=page.next))
        assert len(page.assets) <= query.limit
        found += ids(page)
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_are_complete_and_newest_first(catalogue: Catalogue, limit: int) -> None:
    for number in range(7):
        catalogue.insert(asset(number))

    found = every_page(catalogue, AssetQuery(org_id="org", limit=limit))

    assert found == [f"m{number}" for number in reversed(range(7))]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "m5 m4 m3 m2 m1"),
        ({"project_id": "other"}, "m2"),
        ({"status": Status.FAILED}, "m4 m3"),
        ({"status": Status.DELETED}, "m6"),
        ({"project_id": "proj", "status": Status.FAILED}, "m4 m3"),
        ({"type": Family.IMAGE}, "m5"),
        ({"status": Status.READY, "type": Family.IMAGE}, "m5"),
        ({"since": "2025-01-15T00:03:00.000Z"}, "m5 m4 m3"),
        ({"until": "2025-01-15T00:03:00.000Z"}, "m3 m2 m1"),
        ({"project_id": "proj", "since": "2025-01-15T00:04:00.000Z"}, "m5 m4"),
        ({"org_id": "nobody"}, ""),
    ],
)
def test_lists_are_filtered(catalogue: Catalogue, filters: dict[str, Any], found: str) -> None:
    catalogue.insert(asset(1))
    catalogue.insert(asset(2, project_id="other"))
    catalogue.insert(asset(3, status=Status.FAILED))
    catalogue.insert(asset(4, status=Status.FAILED))
    catalogue.insert(asset(5, type=Family.IMAGE))
    catalogue.insert(asset(6, status=Status.DELETED))
    catalogue.insert(asset(7, org_id="elsewhere"))

    query = AssetQuery(**{"org_id": "org", "limit": 10, **filters})

    assert every_page(catalogue, query) == found.split()


def test_an_asset_moves_to_the_list_of_its_new_status(catalogue: Catalogue) -> None:
    before = asset(status=Status.PROCESSING)
    catalogue.insert(before)
    catalogue.update(before, replace(before, rev=2, status=Status.READY))

    assert every_page(catalogue, AssetQuery(org_id="org", limit=5, status=Status.READY)) == ["m1"]
    assert every_page(catalogue, AssetQuery(org_id="org", limit=5, status=Status.PROCESSING)) == []


SETS = [
    dict(chosen)
    for size in range(4)
    for chosen in combinations(
        {"project_id": "proj", "status": Status.FAILED, "type": Family.VIDEO}.items(), size
    )
]


@pytest.mark.parametrize("filters", SETS, ids=lambda filters: "+".join(filters) or "none")
def test_a_page_reads_one_item_more_than_it_gives_however_it_is_filtered(
    table: str, filters: dict[str, Any]
) -> None:
    """Between those that are asked for lie many that aren't, and deleted ones."""
    reads: list[int] = []
    catalogue = DynamoCatalogue(table=table, clock=lambda: NOW, client=lambda: counting(reads))
    wanted = {"status": Status.FAILED, "type": Family.VIDEO}
    for number in range(30):
        catalogue.insert(asset(3 * number, **wanted))
        catalogue.insert(asset(3 * number + 1, project_id="other", type=Family.IMAGE))
        catalogue.insert(asset(3 * number + 2, **{**wanted, "status": Status.DELETED}))

    page = catalogue.find(AssetQuery(org_id="org", limit=5, **filters))

    assert len(page.assets) == 5
    assert page.next is not None
    assert reads == [6]


def counting(reads: list[int]) -> Any:
    """A client that notes how many items each query read."""
    client = clients.dynamodb()

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def query(self, **request: Any) -> Any:
            answer = client.query(**request)
            reads.append(answer["ScannedCount"])
            return answer

    return Counting()


def test_an_update_leaves_attributes_of_other_hands_alone(table: str) -> None:
    catalogue = DynamoCatalogue(table=table, clock=lambda: NOW)
    before = asset()
    catalogue.insert(before)
    key = {"pk": {"S": "ASSET#org#m1"}, "sk": {"S": "ASSET"}}
    dynamodb = clients.dynamodb()
    dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET newer = :n",
        ExpressionAttributeValues={":n": {"S": "kept"}},
    )

    catalogue.update(before, replace(before, rev=2, status=Status.QUEUED))

    assert dynamodb.get_item(TableName=table, Key=key)["Item"]["newer"] == {"S": "kept"}


def test_metadata_expires(table: str) -> None:
    catalogue = DynamoCatalogue(table=table, clock=lambda: NOW)

    catalogue.store_metadata(REF, "0123456789ab", {})

    key = {"pk": {"S": "ASSET#org#m1"}, "sk": {"S": "METADATA#0123456789ab"}}
    item = clients.dynamodb().get_item(TableName=table, Key=key)["Item"]
    assert float(item["expiresAt"]["N"]) == (NOW + METADATA_LIFETIME).timestamp()
    assert timedelta(days=1) < METADATA_LIFETIME
