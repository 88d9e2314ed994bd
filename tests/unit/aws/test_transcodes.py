"""The adapter on moto, and beside it the fake that the services' tests use: they must agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.transcodes import LIFETIME, DynamoTranscodes
from spool.services.ports import AssetQuery
from spool.services.run_ports import Transcodes
from spool.transcode import TranscodeStatus
from tests.unit.services.encoder import MemoryTranscodes
from tests.unit.test_transcode import CLAIM, KEY, START


@pytest.fixture(params=["dynamodb", "memory"])
def transcodes(request: pytest.FixtureRequest) -> Transcodes:
    if request.param == "memory":
        return MemoryTranscodes()
    return DynamoTranscodes(table=request.getfixturevalue("table"))


FULL = replace(
    CLAIM,
    rev=2,
    status=TranscodeStatus.ERROR,
    job_id="1671477617078-2886ye",
    percent=7,
    heard_at=START + timedelta(seconds=20.5),
    asked_at=START + timedelta(seconds=10),
    started_at=START + timedelta(seconds=5),
    ended_at=START + timedelta(seconds=20),
    error_code=1040,
    error_message="Example error message",
    cancel_requested=True,
)


def test_a_record_comes_back_as_it_was_stored(transcodes: Transcodes) -> None:
    assert transcodes.get(KEY) is None
    assert transcodes.insert(CLAIM)
    assert transcodes.get(KEY) == CLAIM

    assert transcodes.update(CLAIM, FULL)
    assert transcodes.get(KEY) == FULL


def test_a_run_is_claimed_once(transcodes: Transcodes) -> None:
    assert transcodes.insert(CLAIM)
    assert not transcodes.insert(replace(CLAIM, tag="ffffffffffff"))
    assert transcodes.get(KEY) == CLAIM

    other = replace(CLAIM, key=replace(KEY, attempt=3))
    assert transcodes.insert(other)
    assert transcodes.get(other.key) == other


def test_of_two_writers_the_first_wins(transcodes: Transcodes) -> None:
    transcodes.insert(CLAIM)
    first = replace(CLAIM, rev=2, percent=10)

    assert transcodes.update(CLAIM, first)
    assert not transcodes.update(CLAIM, replace(CLAIM, rev=2, percent=20))
    assert transcodes.get(KEY) == first


def test_records_expire_and_are_no_assets(table: str) -> None:
    transcodes = DynamoTranscodes(table=table)
    transcodes.insert(CLAIM)
    transcodes.update(CLAIM, FULL)

    [item] = clients.dynamodb().scan(TableName=table)["Items"]
    assert (item["pk"]["S"], item["sk"]["S"]) == ("ASSET#org#media_1", "TRANSCODE#v1#2")
    assert float(item["expiresAt"]["N"]) == (START + LIFETIME).timestamp()
    catalogue = DynamoCatalogue(table=table, clock=lambda: START)
    assert catalogue.get("org", "media_1") is None
    assert not catalogue.find(AssetQuery(org_id="org", limit=10)).assets
