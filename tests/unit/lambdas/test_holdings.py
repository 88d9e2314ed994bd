"""Quotas, usage, versions and expiry as their handlers answer."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.ledger import DynamoLedger
from spool.model import Status, utc_now
from spool.quotas import Limits, Usage
from tests.unit.conftest import ORIGINALS, TABLE
from tests.unit.lambdas.conftest import Functions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1 << 20
USAGE = "GET /usage"


def presign(functions: Functions, **wish: Any) -> tuple[int, Any]:
    body = {"filename": "a.jpg", "contentType": "image/jpeg", "projectId": "proj", **wish}
    return functions.http("presign_upload", "POST /uploads/presign", body=json.dumps(body))[:2]


def arrive(functions: Functions, s3: S3Client, key: str, data: bytes, sequencer: str) -> str:
    """Store a version, and have its event taken in; its id."""
    version = s3.put_object(Bucket=ORIGINALS, Key=key, Body=data)["VersionId"]
    detail = {
        "bucket": {"name": ORIGINALS},
        "object": {
            "key": key,
            "version-id": version,
            "sequencer": sequencer,
            "size": len(data),
        },
    }
    record = {"messageId": "1", "body": json.dumps({"id": "event-1", "detail": detail})}
    answer = functions.invoke("on_object_created", {"Records": [record]})
    assert answer == {"batchItemFailures": []}
    return version


def versions(
    functions: Functions, route: str, media_id: str, version: str = "", **query: str
) -> tuple[int, Any]:
    path = {"id": media_id, "versionId": version}
    return functions.http(
        "manage_versions", route, pathParameters=path, queryStringParameters=query
    )[:2]


def test_usage_tells_what_is_held_and_what_the_day_brought(
    functions: Functions, s3: S3Client
) -> None:
    _, ticket = presign(functions, size=3)
    arrive(functions, s3, ticket["key"], b"abc", "01")
    presign(functions, size=10)

    status, usage, _ = functions.http("read_usage", USAGE)

    assert status == 200
    assert usage["bytes"] == {"stored": 3, "reserved": 10, "limit": 500 * MIB}
    assert usage["assets"] == {"count": 2, "limit": 50}
    assert [(day["versions"], day["addedBytes"]) for day in usage["days"]] == [(1, 3)]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from": "2024-01-01", "to": "2026-01-01"},
        {"from": "yesterday"},
        {"orgId": "rival"},
    ],
)
def test_a_bad_usage_query_is_refused(functions: Functions, query: dict[str, str]) -> None:
    status, problem, _ = functions.http("read_usage", USAGE, queryStringParameters=query)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_usage_at_the_beginning_of_the_calendar_is_nothing(functions: Functions) -> None:
    query = {"to": "0001-01-05"}

    status, usage, _ = functions.http("read_usage", USAGE, queryStringParameters=query)

    assert (status, usage["days"]) == (200, [])


@pytest.mark.parametrize("limits", [Limits(bytes=9, assets=9), Limits(bytes=10, assets=0)])
def test_an_organisation_has_limits_of_its_own(functions: Functions, limits: Limits) -> None:
    DynamoLedger(table=TABLE).set_limits("default", limits)

    status, problem = presign(functions, size=10)

    assert (status, problem["code"]) == (403, "QUOTA_EXCEEDED")
    assert DynamoLedger(table=TABLE).usage("default") == Usage()


def test_twenty_uploads_are_enough_for_one_asset(functions: Functions) -> None:
    statuses = [presign(functions, mediaId="media_1", size=1)[0] for _ in range(21)]

    assert statuses == [200] * 20 + [409]


@pytest.mark.parametrize(
    "checksum",
    [
        {"algorithm": "md5", "value": "AAAAAA=="},
        {"algorithm": "crc32", "value": "AAAA"},
        {"algorithm": "crc32", "value": "no base64"},
    ],
)
def test_a_checksum_that_is_none_is_refused(functions: Functions, checksum: Any) -> None:
    status, problem = presign(functions, size=3, checksum=checksum)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_a_checksum_is_signed_with_the_url(functions: Functions) -> None:
    checksum = {"algorithm": "crc32", "value": "NSRBwg=="}

    _, ticket = presign(functions, size=3, checksum=checksum)

    assert ticket["headers"]["x-amz-checksum-crc32"] == "NSRBwg=="
    assert "x-amz-checksum-crc32" in ticket["presignedUrls"][0]
    status, problem = presign(functions, size=17 * MIB, checksum=checksum)
    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_versions_are_listed_restored_and_removed(functions: Functions, s3: S3Client) -> None:
    _, ticket = presign(functions, size=3)
    media_id, key = ticket["mediaId"], ticket["key"]
    old = arrive(functions, s3, key, b"abc", "01")
    new = arrive(functions, s3, key, b"defg", "02")

    _, listed = versions(functions, "GET /assets/{id}/versions", media_id)
    assert [(v["versionId"], v["bytes"], v["newest"]) for v in listed["items"]] == [
        (new, 4, True),
        (old, 3, False),
    ]

    restore = "POST /assets/{id}/versions/{versionId}/restore"
    assert versions(functions, restore, media_id, old)[0] == 202
    assert s3.get_object(Bucket=ORIGINALS, Key=key)["Body"].read() == b"abc"
    assert DynamoLedger(table=TABLE).usage("default").reserved_bytes == 3

    remove = "DELETE /assets/{id}/versions/{versionId}"
    assert versions(functions, remove, media_id, old)[0] == 204
    assert versions(functions, remove, media_id, old)[0] == 404
    assert versions(functions, remove, media_id, new)[0] == 409
    assert versions(functions, restore, media_id, "unknown")[0] == 404


def test_many_versions_are_listed_by_pages(functions: Functions, s3: S3Client) -> None:
    _, ticket = presign(functions, size=1)
    for number in range(5):
        arrive(functions, s3, ticket["key"], b"a" * (number + 1), f"0{number}")
    route, found = "GET /assets/{id}/versions", []
    cursor: dict[str, str] = {}

    for _ in range(3):
        status, page = versions(functions, route, ticket["mediaId"], limit="2", **cursor)
        assert status == 200
        found += [version["versionNumber"] for version in page["items"]]
        cursor = {"cursor": page["cursor"]}

    assert (found, page["cursor"]) == ([5, 4, 3, 2, 1], None)
    status, problem = versions(functions, route, ticket["mediaId"], cursor="Zm9yZ2Vk")
    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_what_never_came_expires(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ticket = presign(functions, size=17 * MIB)
    catalogue = DynamoCatalogue(table=TABLE, clock=utc_now)
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
    assert functions.invoke("expire_uploads", {}, context) == {"uploads": 0}

    monkeypatch.setattr("spool.services.expiring.timestamp", lambda _: "2999-01-01T00:00:00.000Z")

    assert functions.invoke("expire_uploads", {}, context) == {"uploads": 1}
    asset = catalogue.get("default", ticket["mediaId"])
    assert asset is not None
    assert (asset.status, asset.uploads) == (Status.DELETED, ())
    assert DynamoLedger(table=TABLE).usage("default") == Usage()
