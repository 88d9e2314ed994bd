from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.model import MOVES, Asset, AssetError, Declaration, Status, camel, timestamp

FULL = Asset(
    id="media_1",
    org_id="org",
    project_id="proj",
    filename="a.jpg",
    original_key="originals/org/proj/media_1-a.jpg",
    status=Status.FAILED,
    uploaded_at="2025-01-15T10:00:00.000Z",
    type=Family.IMAGE,
    palette=("#ffffff",),
    exif={"Make": "Camera"},
    private_exif={"gps": {"lat": 48.85}},
    error=AssetError(AssetErrorCode.CORRUPT, "It is damaged.", "inspect_original", "now"),
    warnings=("odd",),
    correlation_id="request-1",
    sequencer="00",
    declared=Declaration("b.jpg", "request-2"),
)


def test_a_record_comes_back_as_it_was() -> None:
    assert Asset.from_record(FULL.to_record()) == FULL


def test_a_record_is_plain_values_by_json_names() -> None:
    record = FULL.to_record()

    assert record["originalKey"] == FULL.original_key
    assert (record["status"], record["type"]) == ("failed", "image")
    assert type(record["status"]) is type(record["type"]) is str
    assert record["palette"] == ["#ffffff"]
    assert record["error"]["code"] == "CORRUPT"
    assert record["declared"] == {"filename": "b.jpg", "correlationId": "request-2"}


def test_names_of_other_versions_are_left_out_or_default() -> None:
    record = {**FULL.to_record(), "pk": "ASSET#org#media_1", "later": 1}
    del record["warnings"]

    assert Asset.from_record(record).warnings == ()


def test_the_public_record_has_nothing_private() -> None:
    public = FULL.public_record()

    assert FULL.to_record().keys() - public.keys() == {
        "privateExif",
        "sequencer",
        "correlationId",
        "declared",
        "storedBytes",
        "versionsSeen",
        "uploads",
    }
    assert "48.85" not in str(public)


def test_every_status_has_its_moves_and_deletion_ends_all() -> None:
    assert MOVES.keys() == set(Status)
    assert MOVES[Status.DELETED] == frozenset()
    assert all(Status.DELETED in MOVES[status] for status in set(Status) - {Status.DELETED})


@pytest.mark.parametrize(
    ("name", "json"), [("id", "id"), ("original_key", "originalKey"), ("sha256", "sha256")]
)
def test_json_names(name: str, json: str) -> None:
    assert camel(name) == json


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_timestamps_sort_as_text(one: datetime, other: datetime) -> None:
    one, other = sorted((one, other))

    assert timestamp(one) <= timestamp(other)


def test_timestamps_are_utc() -> None:
    noon = datetime(2025, 1, 15, 12, tzinfo=timezone(timedelta(hours=2)))

    assert timestamp(noon) == "2025-01-15T10:00:00.000Z"
