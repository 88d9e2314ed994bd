"""The adapter on moto, and beside it the fake that the services' tests use: they must agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from spool.aws import clients
from spool.aws.demand import DynamoDemand
from spool.keys import AssetRef
from spool.services.ports import Demand
from tests.unit.conftest import DEMAND
from tests.unit.services.fakes import MemoryDemand

NOW = datetime(2025, 1, 15, 10, tzinfo=UTC)
LIFETIME = timedelta(days=90)
REF = AssetRef("org", "proj", "m1")
TAG = "0123456789ab"
KEY = REF.quick_variant(TAG, "w-96_q-80.webp")


def at(now: datetime) -> DynamoDemand:
    return DynamoDemand(table=DEMAND, lifetime=LIFETIME, clock=lambda: now)


@pytest.fixture(params=["dynamodb", "memory"])
def demand(request: pytest.FixtureRequest) -> Demand:
    if request.param == "memory":
        return MemoryDemand()
    request.getfixturevalue("demand_table")
    return at(NOW)


def test_each_variant_is_counted_by_itself(demand: Demand) -> None:
    other = REF.quick_variant(TAG, "w-160_q-80.webp")

    assert [demand.asked(KEY), demand.asked(KEY), demand.asked(other)] == [1, 2, 1]


def test_no_more_are_admitted_than_the_limit(demand: Demand) -> None:
    assert [demand.admit(REF, TAG, 2) for _ in range(4)] == [True, True, False, False]
    assert demand.admit(REF, "ba9876543210", 2)
    assert demand.admit(AssetRef("org", "proj", "m2"), TAG, 2)
    assert not demand.admit(AssetRef("org", "proj", "m3"), TAG, 0)


def test_a_raised_limit_admits_more(demand: Demand) -> None:
    assert demand.admit(REF, TAG, 1)
    assert not demand.admit(REF, TAG, 1)
    assert demand.admit(REF, TAG, 2)


def test_counters_expire_when_nobody_asks_any_more(demand_table: str) -> None:
    at(NOW).asked(KEY)
    at(NOW + timedelta(days=1)).asked(KEY)
    at(NOW).admit(REF, TAG, 2)

    items = clients.dynamodb().scan(TableName=demand_table)["Items"]
    ends = sorted(int(item["expiresAt"]["N"]) for item in items)
    first = int((NOW + LIFETIME).timestamp())
    assert ends == [first, first + 24 * 3600]


def test_what_expired_is_made_anew_and_counted_anew(demand_table: str) -> None:
    """DynamoDB may remove expired items days late."""
    assert at(NOW).admit(REF, TAG, 1)
    assert not at(NOW).admit(REF, TAG, 1)
    assert at(NOW + LIFETIME).admit(REF, TAG, 1)
