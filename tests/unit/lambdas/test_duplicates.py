"""Duplicates, and presigns of what is there, as an API's client sees them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.members import DynamoMembers
from spool.model import utc_now
from tests.strangers import Asked
from tests.unit.aws.test_catalogue import asset
from tests.unit.conftest import TABLE
from tests.unit.lambdas.conftest import Functions
from tests.unit.lambdas.test_tenancy import RIVAL, asked, recorded
from tests.unit.lambdas.test_uploads import WISH, presign

ROUTE = "GET /assets/{id}/duplicates"
HASH = "a0e597daacb85a25"
NEAR = "a0e597daacb85a24"
DIGEST = bytes(range(32))


@pytest.fixture
def stored(functions: Functions) -> Functions:
    catalogue = DynamoCatalogue(table=TABLE, clock=utc_now)
    for number, look in enumerate([HASH, HASH, NEAR]):
        digest = DIGEST.hex() if number < 2 else None
        catalogue.insert(
            asset(
                number,
                org_id="default",
                sha256=digest,
                perceptual_hash=look,
                private_exif={"gps": 1},
            )
        )
    return functions


def duplicates(functions: Functions, media_id: str, **query: str) -> tuple[int, Any]:
    status, body, _ = functions.http(
        "read_assets", ROUTE, pathParameters={"id": media_id}, queryStringParameters=query
    )
    return status, body


def checksum(content: bytes = DIGEST) -> dict[str, str]:
    return {"algorithm": "sha256", "value": base64.b64encode(content).decode()}


def test_duplicates_and_how_they_are_alike(stored: Functions) -> None:
    status, body = duplicates(stored, "m0")

    assert status == 200
    assert [(one["match"], one["distance"], one["asset"]["id"]) for one in body["items"]] == [
        ("exact", 0, "m1"),
        ("near", 1, "m2"),
    ]
    assert (body["truncated"], body["indexed"]) == (False, True)
    assert "privateExif" not in body["items"][0]["asset"]
    assert [one["asset"]["id"] for one in duplicates(stored, "m0", distance="0")[1]["items"]] == [
        "m1"
    ]
    assert duplicates(stored, "m0", limit="1")[1]["truncated"]


def test_an_unknown_asset_has_no_duplicates(stored: Functions) -> None:
    for unknown in ("m9", "m1#x", "x" * 3000):
        status, problem = duplicates(stored, unknown)
        assert (status, problem["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"distance": "8"}, "distance"),
        ({"distance": "-1"}, "distance"),
        ({"distance": "1.5"}, "distance"),
        ({"distance": ""}, "distance"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_bad_query_for_duplicates_is_refused_by_name(
    stored: Functions, query: dict[str, str], named: str
) -> None:
    status, problem = duplicates(stored, "m0", **query)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert named in problem["detail"]


def test_presign_of_a_file_that_is_there_names_it(stored: Functions) -> None:
    status, ticket, _ = presign(stored, checksum=checksum(), size=20 << 20)

    assert (status, ticket["mediaId"], ticket["presignedUrls"]) == (200, "m1", [])
    assert ticket["duplicateOf"]["id"] == "m1"
    assert "privateExif" not in ticket["duplicateOf"]
    for wish in (
        {"allowDuplicate": True},
        {"projectId": "other"},
        {"checksum": checksum(bytes(32))},
    ):
        _, ticket, _ = presign(stored, **{"checksum": checksum(), "size": 3, **wish})
        assert ticket["duplicateOf"] is None
        assert len(ticket["presignedUrls"]) == 1


def test_presign_without_a_checksum_asks_no_index(stored: Functions) -> None:
    presign(stored, size=3)
    calls: list[tuple[str, Any]] = []
    with recorded(calls):
        presign(stored, size=3)

    assert "Query" not in {name for name, _ in calls}


def test_another_organisations_file_is_as_one_that_nobody_has(stored: Functions) -> None:
    """Else anyone could ask who holds which file."""
    DynamoMembers(table=TABLE).put(RIVAL)

    def seen(content: bytes) -> tuple[int, list[str], Any, list[str]]:
        body = {**WISH, "size": 3, "checksum": checksum(content)}
        calls: list[tuple[str, Any]] = []
        with recorded(calls):
            status, ticket, _ = asked(stored, "POST /uploads/presign", Asked(body=body), RIVAL)
        assert "default" not in json.dumps(ticket)
        assert "default" not in json.dumps(calls)
        return status, sorted(ticket), ticket["duplicateOf"], [name for name, _ in calls]

    seen(bytes(32))
    assert seen(DIGEST) == seen(bytes(32))
    assert seen(DIGEST)[:1] == (200,)
