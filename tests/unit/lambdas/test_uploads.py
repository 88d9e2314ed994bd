"""`presign_upload` and `manage_upload` as an API's client sees them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
import requests

from spool.errors import Transient
from tests.unit.conftest import ORIGINALS
from tests.unit.lambdas.conftest import IMAGE_BYTES_LIMIT, Functions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WISH = {"filename": "hero (1)+å.jpg", "contentType": "image/jpeg", "projectId": "proj"}
MIB = 1 << 20


def presign(functions: Functions, **wish: Any) -> tuple[int, Any, dict[str, str]]:
    body = json.dumps({**WISH, **wish})
    return functions.http("presign_upload", "POST /uploads/presign", body=body)


def manage(
    functions: Functions, route: str, upload_id: str, body: Any = None, **query: str
) -> tuple[int, Any, dict[str, str]]:
    return functions.http(
        "manage_upload",
        route,
        pathParameters={"uploadId": upload_id},
        queryStringParameters=query,
        body=None if body is None else json.dumps(body),
    )


def test_a_presigned_put_stores_the_file(functions: Functions, s3: S3Client) -> None:
    status, ticket, headers = presign(functions, size=3)

    assert status == 200
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert ticket["uploadId"] is ticket["partSize"] is None
    put = requests.put(
        ticket["presignedUrls"][0], data=b"abc", headers=ticket["headers"], timeout=5
    )
    assert put.status_code == 200
    stored = s3.get_object(Bucket=ORIGINALS, Key=ticket["key"])
    assert (stored["Body"].read(), stored["ContentType"]) == (b"abc", "image/jpeg")


def test_a_multipart_upload_from_presign_to_object(functions: Functions, s3: S3Client) -> None:
    data = bytes(17 * MIB)
    _, ticket, _ = presign(functions, size=len(data))
    size, upload_id, key = ticket["partSize"], ticket["uploadId"], ticket["key"]
    assert size == 8 * MIB
    parts = []
    for number, url in enumerate(ticket["presignedUrls"], 1):
        sent = requests.put(url, data=data[(number - 1) * size : number * size], timeout=5)
        parts.append({"partNumber": number, "etag": sent.headers["etag"]})

    _, listed, _ = manage(functions, "GET /uploads/{uploadId}/parts", upload_id, key=key)
    status, done, _ = manage(
        functions,
        "POST /uploads/{uploadId}/complete",
        upload_id,
        {"key": key, "parts": parts},
    )

    assert [part["size"] for part in listed["items"]] == [8 * MIB, 8 * MIB, MIB]
    assert listed["cursor"] is None
    assert (status, done) == (
        200,
        {"bucket": ORIGINALS, "key": key, "mediaId": ticket["mediaId"]},
    )
    made = s3.get_object(Bucket=ORIGINALS, Key=key)
    assert (made["ContentLength"], made["ContentType"]) == (len(data), "image/jpeg")


def test_wrong_parts_are_refused(functions: Functions) -> None:
    _, ticket, _ = presign(functions, parts=2)
    body = {"key": ticket["key"], "parts": [{"partNumber": 1, "etag": '"0123"'}]}

    status, answer, _ = manage(
        functions, "POST /uploads/{uploadId}/complete", ticket["uploadId"], body
    )

    assert (status, answer["code"]) == (422, "PART_MISMATCH")


def test_parts_above_the_limit_are_aborted(functions: Functions, s3: S3Client) -> None:
    _, ticket, _ = presign(functions, parts=1)
    sent = requests.put(ticket["presignedUrls"][0], data=bytes(IMAGE_BYTES_LIMIT + 1), timeout=5)
    parts = [{"partNumber": 1, "etag": sent.headers["etag"]}]

    status, answer, _ = manage(
        functions,
        "POST /uploads/{uploadId}/complete",
        ticket["uploadId"],
        {"key": ticket["key"], "parts": parts},
    )

    assert (status, answer["code"]) == (413, "SIZE_LIMIT")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=ORIGINALS)


def test_fresh_urls_and_giving_up(functions: Functions) -> None:
    _, ticket, _ = presign(functions, parts=3)
    upload_id, key = ticket["uploadId"], ticket["key"]

    status, fresh, _ = manage(
        functions, "POST /uploads/{uploadId}/urls", upload_id, {"key": key, "partNumbers": [3]}
    )
    assert status == 200
    assert requests.put(fresh["presignedUrls"][0], data=b"c", timeout=5).status_code == 200

    assert manage(functions, "DELETE /uploads/{uploadId}", upload_id, key=key)[0] == 204
    status, answer, _ = manage(functions, "GET /uploads/{uploadId}/parts", upload_id, key=key)
    assert (status, answer["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("wish", "status", "code", "named"),
    [
        ({"unknown": 1}, 400, "INVALID_REQUEST", "unknown"),
        ({"filename": 7}, 400, "INVALID_REQUEST", "filename"),
        ({"filename": None}, 400, "INVALID_REQUEST", "filename"),
        ({"filename": "x" * 300}, 400, "INVALID_REQUEST", "filename"),
        ({"filename": "../../etc/passwd"}, 400, "INVALID_REQUEST", "filename"),
        ({"filename": "a\x00.jpg"}, 400, "INVALID_REQUEST", "filename"),
        ({"filename": "a\ud800.jpg"}, 400, "INVALID_REQUEST", ""),
        ({"projectId": "no/slash"}, 400, "INVALID_REQUEST", "projectId"),
        ({"mediaId": "no-hyphen"}, 400, "INVALID_REQUEST", "mediaId"),
        ({"size": 0}, 400, "INVALID_REQUEST", "The file is empty"),
        ({"size": -1}, 400, "INVALID_REQUEST", "size"),
        ({"size": "10"}, 400, "INVALID_REQUEST", "size"),
        ({"size": 1.5}, 400, "INVALID_REQUEST", "size"),
        ({"size": True}, 400, "INVALID_REQUEST", "size"),
        ({"parts": 0}, 400, "INVALID_REQUEST", "parts"),
        ({"parts": 10_001}, 400, "INVALID_REQUEST", "parts"),
        ({"parts": 1, "size": 1}, 400, "INVALID_REQUEST", "parts"),
        (
            {"contentType": "image/jpeg\r\nx-amz-acl: public-read"},
            400,
            "INVALID_REQUEST",
            "contentType",
        ),
        ({"contentType": "text/html"}, 415, "UNSUPPORTED_TYPE", "contentType"),
        ({"size": IMAGE_BYTES_LIMIT + 1}, 413, "SIZE_LIMIT", "size"),
    ],
)
def test_a_bad_presign_is_refused_by_name(
    functions: Functions, wish: dict[str, Any], status: int, code: str, named: str
) -> None:
    answered, problem, headers = presign(functions, **wish)

    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert headers["content-type"] == "application/problem+json"
    assert named in problem["detail"]
    assert {"type", "title", "instance"} < problem.keys()
    assert problem["instance"].endswith("request-1")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"body": ""},
        {"body": "{"},
        {"body": "[]"},
        {"body": "null"},
        {"body": "{" * 17_000},
        {"body": "a\ud800"},
        {"body": b64encode(b"\xff\xfe").decode(), "isBase64Encoded": True},
        {"body": "not base64!", "isBase64Encoded": True},
    ],
)
def test_a_body_that_is_no_request_is_refused(functions: Functions, event: dict[str, Any]) -> None:
    status, problem, _ = functions.http("presign_upload", "POST /uploads/presign", **event)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_a_body_may_come_as_base64(functions: Functions) -> None:
    body = b64encode(json.dumps(WISH).encode()).decode()

    status, _, _ = functions.http(
        "presign_upload", "POST /uploads/presign", body=body, isBase64Encoded=True
    )

    assert status == 200


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("POST /uploads/{uploadId}/complete", {"key": "k", "parts": []}),
        ("POST /uploads/{uploadId}/complete", {"key": "k", "parts": [{"partNumber": 1}]}),
        ("POST /uploads/{uploadId}/complete", {"parts": [{"partNumber": 1, "etag": "e"}]}),
        (
            "POST /uploads/{uploadId}/complete",
            {"key": "k", "parts": [{"partNumber": 1, "etag": "\0"}]},
        ),
        ("POST /uploads/{uploadId}/urls", {"key": "k", "partNumbers": [0]}),
        ("POST /uploads/{uploadId}/urls", {"key": "k", "partNumbers": [1] * 1001}),
        ("POST /uploads/{uploadId}/urls", {"key": "k" * 1025, "partNumbers": [1]}),
        ("GET /uploads/{uploadId}/parts", None),
        ("DELETE /uploads/{uploadId}", None),
    ],
)
def test_a_bad_call_about_an_upload_is_refused(functions: Functions, route: str, body: Any) -> None:
    status, problem, _ = manage(functions, route, "upload-1", body)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_what_breaks_inside_tells_nothing_and_is_logged_and_counted(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise Transient("a secret of the inside")

    monkeypatch.setattr("spool.aws.catalogue.DynamoCatalogue.insert", broken)

    status, problem, headers = presign(functions)

    assert (status, problem["code"]) == (500, "INTERNAL")
    assert headers["content-type"] == "application/problem+json"
    assert "secret" not in json.dumps(problem)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [error] = [line for line in lines if line.get("level") == "ERROR"]
    assert error["correlation_id"] == "request-1"
    assert "a secret of the inside" in error["exception"]
    assert any(line.get("RequestFailed") == [1.0] for line in lines)
