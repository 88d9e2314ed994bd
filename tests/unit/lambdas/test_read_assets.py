from __future__ import annotations

from typing import Any

import pytest

from spool.aws.catalogue import DynamoCatalogue
from spool.model import Status, utc_now
from tests.unit.aws.test_catalogue import asset
from tests.unit.conftest import TABLE
from tests.unit.lambdas.conftest import Functions


@pytest.fixture
def stored(functions: Functions) -> Functions:
    catalogue = DynamoCatalogue(table=TABLE, clock=utc_now)
    for number in range(3):
        catalogue.insert(
            asset(number, org_id="default", private_exif={"gps": 1}, exif={"FNumber": 2.8})
        )
    catalogue.insert(asset(3, org_id="default", project_id="other", status=Status.FAILED))
    return functions


def page(functions: Functions, **query: str) -> tuple[int, Any]:
    status, body, _ = functions.http("read_assets", "GET /assets", queryStringParameters=query)
    return status, body


def ids(functions: Functions, **query: str) -> list[str]:
    status, body = page(functions, **query)
    assert status == 200, body
    return [item["id"] for item in body["items"]]


def test_one_asset(stored: Functions) -> None:
    status, record, _ = stored.http("read_assets", "GET /assets/{id}", pathParameters={"id": "m1"})

    assert (status, record["id"], record["status"]) == (200, "m1", "ready")
    assert record["exif"] == {"FNumber": 2.8}
    assert "privateExif" not in record


def test_an_unknown_asset_is_not_found(stored: Functions) -> None:
    for unknown in ("m9", "x" * 3000, "m1#x"):
        status, problem, _ = stored.http(
            "read_assets", "GET /assets/{id}", pathParameters={"id": unknown}
        )
        assert (status, problem["code"]) == (404, "NOT_FOUND")


def test_lists_and_their_filters(stored: Functions) -> None:
    assert ids(stored) == ["m3", "m2", "m1", "m0"]
    assert ids(stored, projectId="other") == ["m3"]
    assert ids(stored, status="failed") == ["m3"]
    assert ids(stored, type="image") == []
    assert ids(stored, to="2025-01-15T00:00:30Z") == ["m0"]
    assert ids(stored, **{"from": "2025-01-15T01:02:00+01:00"}) == ["m3", "m2"]
    assert ids(stored, **{"from": "2025-01-16"}) == []


def test_pages_are_followed_by_cursor(stored: Functions) -> None:
    _, first = page(stored, limit="3")
    _, second = page(stored, limit="3", cursor=first["cursor"])

    assert [item["id"] for item in first["items"] + second["items"]] == ["m3", "m2", "m1", "m0"]
    assert second["cursor"] is None


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "forged"}, "cursor"),
        ({"cursor": "å" * 201}, "cursor"),
        ({"status": "lost"}, "status"),
        ({"type": "smell"}, "type"),
        ({"from": "yesterday"}, "from"),
        ({"from": "1736899200"}, "from"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from: must lie within"),
        ({"to": "9999-12-31T23:59:59-12:00"}, "to: must lie within"),
        ({"from": "2025-02-01", "to": "2025-01-01"}, "from must not be later than to"),
        ({"projectId": "a/b"}, "projectId"),
        ({"sort": "asc"}, "sort"),
    ],
)
def test_a_bad_list_query_is_refused_by_name(
    stored: Functions, query: dict[str, str], named: str
) -> None:
    status, problem = page(stored, **query)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert named in problem["detail"]
