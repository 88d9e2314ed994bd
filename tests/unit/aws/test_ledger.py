"""Counters move with the writes that change what an organisation holds, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.catalogue_writes import write_together
from spool.aws.ledger import DynamoLedger
from spool.aws.transactions import TRIES
from spool.errors import QuotaExceeded, Transient
from spool.model import Asset, Status, Upload, Version
from spool.quotas import DayUsage, Limits, Usage
from spool.services.ports import Beside
from tests.unit.conftest import TABLE

NOW: Final = datetime(2026, 1, 15, 10, tzinfo=UTC)
SOON = "2026-01-15T11:00:00.000Z"
LIMITS = Limits(bytes=100, assets=2)
UPLOAD = Upload(id="u1", bytes=40, exact=True, expires_at=SOON)
VERSION = Version(id="v1", number=1, bytes=40, filename="a.jpg", arrived_at=SOON)


def asset(media_id: str = "m1", **fields: Any) -> Asset:
    return Asset(
        id=media_id,
        org_id="org",
        project_id="proj",
        filename="a.jpg",
        original_key=f"originals/org/proj/{media_id}-a.jpg",
        status=Status.UPLOADING,
        uploaded_at="2026-01-15T10:00:00.000Z",
        **fields,
    )


@pytest.fixture
def catalogue(table: str) -> DynamoCatalogue:
    return DynamoCatalogue(table=table, clock=lambda: NOW)


@pytest.fixture
def ledger(table: str) -> DynamoLedger:
    return DynamoLedger(table=table)


def arrived(before: Asset) -> Asset:
    return replace(
        before, rev=before.rev + 1, uploads=(), stored_bytes=before.stored_bytes + VERSION.bytes
    )


def test_a_reservation_becomes_a_version_and_goes_with_the_asset(
    catalogue: DynamoCatalogue, ledger: DynamoLedger
) -> None:
    reserved = asset(uploads=(UPLOAD,))
    assert catalogue.insert(reserved, Beside(limits=LIMITS))
    assert ledger.usage("org") == Usage(bytes=40, reserved_bytes=40, assets=1)

    stored = arrived(reserved)
    assert catalogue.update(reserved, stored, Beside(adds=VERSION))
    assert ledger.usage("org") == Usage(bytes=40, assets=1)
    assert catalogue.versions(stored.ref) == [VERSION]

    gone = replace(stored, rev=stored.rev + 1, status=Status.DELETED)
    assert catalogue.update(stored, gone)
    assert ledger.usage("org") == Usage()
    assert ledger.days("org", "2026-01-15", "2026-01-15") == [
        DayUsage(
            date="2026-01-15",
            versions=1,
            added_bytes=40,
            removed_bytes=40,
            added_assets=1,
            removed_assets=1,
        )
    ]


@pytest.mark.parametrize(
    ("limits", "others"),
    [
        (Limits(bytes=39, assets=9), 0),  # more than there may ever be
        (Limits(bytes=79, assets=9), 1),
        (Limits(bytes=999, assets=0), 0),
        (Limits(bytes=999, assets=1), 1),
    ],
)
def test_where_there_is_no_room_nothing_is_written(
    catalogue: DynamoCatalogue, ledger: DynamoLedger, limits: Limits, others: int
) -> None:
    for number in range(others):
        catalogue.insert(asset(f"other{number}", uploads=(UPLOAD,)))
    before = ledger.usage("org")

    with pytest.raises(QuotaExceeded):
        catalogue.insert(asset(uploads=(UPLOAD,)), Beside(limits=limits))

    assert catalogue.get("org", "m1") is None
    assert ledger.usage("org") == before


def test_the_last_byte_and_the_last_asset_fit(
    catalogue: DynamoCatalogue, ledger: DynamoLedger
) -> None:
    for media_id in ("m1", "m2"):
        upload = replace(UPLOAD, bytes=50)
        assert catalogue.insert(asset(media_id, uploads=(upload,)), Beside(limits=LIMITS))

    assert ledger.usage("org") == Usage(bytes=100, reserved_bytes=100, assets=2)


def test_a_version_counts_once_and_a_lost_race_counts_nothing(
    catalogue: DynamoCatalogue, ledger: DynamoLedger
) -> None:
    first = asset()
    catalogue.insert(first)
    stored = arrived(first)
    assert catalogue.update(first, stored, Beside(adds=VERSION))

    assert not catalogue.update(first, stored, Beside(adds=replace(VERSION, id="v2")))  # rev
    assert not catalogue.update(stored, arrived(stored), Beside(adds=VERSION))  # is there

    assert ledger.usage("org") == Usage(bytes=40, assets=1)
    assert len(catalogue.versions(first.ref)) == 1


def test_a_removed_version_is_gone_but_not_forgotten(
    catalogue: DynamoCatalogue, ledger: DynamoLedger
) -> None:
    first = asset()
    catalogue.insert(first)
    stored = arrived(first)
    catalogue.update(first, stored, Beside(adds=VERSION))
    left = replace(stored, rev=stored.rev + 1, stored_bytes=0)

    assert catalogue.update(stored, left, Beside(removes=VERSION))

    assert catalogue.version(first.ref, "v1") is None
    assert catalogue.versions(first.ref) == []
    assert catalogue.has_counted(first.ref, "v1")
    assert not catalogue.update(left, replace(left, rev=left.rev + 1), Beside(removes=VERSION))
    assert ledger.usage("org") == Usage(assets=1)


def test_what_expires_first_is_found_first_until_it_has_come(catalogue: DynamoCatalogue) -> None:
    late = replace(UPLOAD, expires_at="2026-01-15T12:00:00.000Z")
    catalogue.insert(asset("late", uploads=(late,)))
    early = asset("early", uploads=(late, replace(UPLOAD, id="u2")))
    catalogue.insert(early)
    catalogue.insert(asset("never"))

    def due(now: str) -> list[str]:
        return [one.id for one in catalogue.expired(now, 10)]

    assert due("2026-01-15T11:30:00.000Z") == ["early"]
    assert due("2026-01-15T13:00:00.000Z") == ["early", "late"]
    catalogue.update(early, replace(early, rev=2, uploads=()))
    assert due("2026-01-15T13:00:00.000Z") == ["late"]
    assert (
        "expiring"
        not in clients.dynamodb().get_item(
            TableName=TABLE, Key={"pk": {"S": "ASSET#org#early"}, "sk": {"S": "ASSET"}}
        )["Item"]
    )


def test_a_write_that_meets_anothers_transaction_came_second() -> None:
    class Meeting:
        def update_item(self, **_: object) -> None:
            answer: Any = {"Error": {"Code": "TransactionConflictException"}}
            raise ClientError(answer, "UpdateItem")

    client: Any = Meeting()
    catalogue = DynamoCatalogue(table=TABLE, clock=lambda: NOW, client=lambda: client)

    assert not catalogue.update(asset(), asset(rev=2, width=1))


class Busy:
    """A client whose first transactions are cancelled for these reasons."""

    def __init__(self, *cancelled: list[str]) -> None:
        self.cancelled, self.calls = list(cancelled), 0

    def transact_write_items(self, **_: object) -> None:
        self.calls += 1
        if self.cancelled:
            reasons = [{"Code": code} for code in self.cancelled.pop(0)]
            answer: Any = {
                "Error": {"Code": "TransactionCanceledException"},
                "CancellationReasons": reasons,
            }
            raise ClientError(answer, "TransactWriteItems")


def test_who_is_in_the_way_of_others_tries_again_later_each_time() -> None:
    client: Any = Busy(*[["None", "TransactionConflict"]] * 3)
    waits: list[float] = []

    assert write_together(client, [{}, {}], quota=1, sleep=waits.append)

    assert client.calls == 4
    assert len(waits) == 3


def test_who_is_always_in_the_way_is_told_to_come_back() -> None:
    client: Any = Busy(*[["TransactionConflict"]] * TRIES)

    with pytest.raises(Transient):
        write_together(client, [{}], quota=None, sleep=lambda _: None)


def test_a_lost_race_is_told_before_a_full_quota() -> None:
    client: Any = Busy(["ConditionalCheckFailed", "ConditionalCheckFailed"])

    assert not write_together(client, [{}, {}], quota=1)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 60), max_size=6))
def test_counters_are_the_sum_of_what_is_held(
    catalogue: DynamoCatalogue, ledger: DynamoLedger, sizes: list[int]
) -> None:
    org = f"org-{uuid4().hex}"  # the table outlives an example
    held: list[Asset] = []
    for number, size in enumerate(sizes):
        one = replace(asset(f"m{number}"), org_id=org, uploads=(replace(UPLOAD, bytes=size),))
        try:
            catalogue.insert(one, Beside(limits=Limits(bytes=100, assets=3)))
        except QuotaExceeded:
            continue
        held.append(one)

    total = sum((Usage.of(one) for one in held), Usage())
    assert ledger.usage(org) == total
    assert total.bytes <= 100
    assert total.assets <= 3
