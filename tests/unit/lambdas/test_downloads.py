"""`manage_downloads` and `zip_download` as an API's client sees them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from PIL import Image

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.model import utc_now
from spool.services import lifecycle
from tests.unit.conftest import ORIGINALS, RENDITIONS, TABLE
from tests.unit.lambdas.conftest import DOWNLOAD_BYTES_LIMIT, Functions
from tests.unit.lambdas.test_pipeline import upload
from tests.unit.services.pipeline import picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PICTURE = picture(size=(320, 240))
NAME = "hero (1)+å.jpg"


class Context:
    """Of Lambda, with some minutes left."""

    def __init__(self, minutes: float = 15) -> None:
        self._milliseconds = int(minutes * 60_000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@pytest.fixture
def published(functions: Functions, s3: S3Client) -> Functions:
    """`media_1`, uploaded and ready."""
    run = upload(functions, s3, PICTURE)
    branch = {**run, "inspection": functions.invoke("inspect_original", run)}
    functions.invoke("metadata_extract", branch)
    renditions = functions.invoke("image_variants", branch)["renditions"]
    functions.invoke("write_manifest", {**branch, "renditions": renditions})
    return functions


def ask(functions: Functions, body: Any) -> tuple[int, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    status, answer, _ = functions.http("manage_downloads", "POST /downloads", body=text)
    return status, answer


def read(functions: Functions, download_id: str) -> tuple[int, Any]:
    status, answer, _ = functions.http(
        "manage_downloads", "GET /downloads/{id}", pathParameters={"id": download_id}
    )
    return status, answer


def messages() -> list[dict[str, str]]:
    """What waits in the queue, as Lambda hands it over."""
    queue = clients.sqs().get_queue_url(QueueName="work")["QueueUrl"]
    waiting = clients.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [
        {"messageId": one["MessageId"], "body": one["Body"]} for one in waiting.get("Messages", [])
    ]


def work(
    functions: Functions, records: list[dict[str, str]], *, minutes: float = 15
) -> list[dict[str, str]]:
    """The messages that failed."""
    answer = functions.invoke("zip_download", {"Records": records}, Context(minutes))
    failed: list[dict[str, str]] = answer["batchItemFailures"]
    return failed


def fetched(url: str) -> zipfile.ZipFile:
    answer = requests.get(url, timeout=5)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="download_')
    zipped = zipfile.ZipFile(io.BytesIO(answer.content))
    assert zipped.testzip() is None
    return zipped


def test_originals_from_the_request_to_the_zip(published: Functions, s3: S3Client) -> None:
    status, asked = ask(published, {"ids": ["media_1"]})
    assert (status, asked["status"]) == (202, "queued")
    assert read(published, asked["id"]) == (200, asked)

    assert work(published, messages()) == []

    status, ready = read(published, asked["id"])
    assert (status, ready["status"], ready["files"]) == (200, "ready", 1)
    assert ready["bytes"] == len(PICTURE)
    assert 890 < (datetime.fromisoformat(ready["expiresAt"]) - utc_now()).total_seconds() <= 900
    zipped = fetched(ready["url"])
    assert zipped.namelist() == [NAME]
    assert zipped.read(NAME) == PICTURE
    head = s3.head_object(Bucket=RENDITIONS, Key=f"downloads/default/{asked['id']}.zip")
    assert (head["ContentType"], head["CacheControl"]) == ("application/zip", "private, no-cache")


def test_renditions_of_what_was_uploaded(published: Functions) -> None:
    _, asked = ask(published, {"ids": ["media_1"], "rendition": "thumbnail"})

    work(published, messages())

    _, ready = read(published, asked["id"])
    zipped = fetched(ready["url"])
    assert zipped.namelist() == ["hero (1)+å.webp"]
    with Image.open(io.BytesIO(zipped.read("hero (1)+å.webp"))) as image:
        assert (image.format, image.size) == ("WEBP", (240, 240))


def test_what_is_deleted_before_its_turn_stays_out(published: Functions, s3: S3Client) -> None:
    _, asked = ask(published, {"ids": ["media_1"]})
    catalogue = DynamoCatalogue(table=TABLE, clock=utc_now)
    asset = catalogue.get("default", "media_1")
    assert asset is not None
    catalogue.update(asset, lifecycle.deleted(asset))

    work(published, messages())

    assert s3.get_object(Bucket=ORIGINALS, Key=asset.original_key)["Body"].read() == PICTURE
    _, ready = read(published, asked["id"])
    zipped = fetched(ready["url"])
    assert zipped.namelist() == ["missing.txt"]
    assert zipped.read("missing.txt").decode() == f"{NAME}\n"


def test_a_message_delivered_twice_makes_one_zip(published: Functions, s3: S3Client) -> None:
    _, asked = ask(published, {"ids": ["media_1"]})
    [message] = messages()
    key = f"downloads/default/{asked['id']}.zip"
    work(published, [message])
    made = s3.head_object(Bucket=RENDITIONS, Key=key)["LastModified"]

    assert work(published, [message]) == []

    assert s3.head_object(Bucket=RENDITIONS, Key=key)["LastModified"] == made


def test_too_little_time_is_a_failure_with_a_code(published: Functions, s3: S3Client) -> None:
    _, asked = ask(published, {"ids": ["media_1"]})

    assert work(published, messages(), minutes=0.5) == []

    status, failed = read(published, asked["id"])
    assert (status, failed["status"], failed["error"]["code"]) == (200, "failed", "TIMEOUT")
    assert "url" not in failed
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=RENDITIONS)


def test_what_breaks_goes_back_to_the_queue_and_the_rest_is_made(
    published: Functions, s3: S3Client
) -> None:
    _, asked = ask(published, {"ids": ["media_1"]})
    [good] = messages()
    text = {"messageId": "text", "body": "no json"}
    unknown = {"orgId": "default", "id": f"download_{'0' * 32}"}
    expired = {"messageId": "expired", "body": json.dumps(unknown)}

    failed = work(published, [text, expired, good])

    assert failed == [{"itemIdentifier": "text"}]
    assert read(published, asked["id"])[1]["status"] == "ready"


@pytest.mark.parametrize(
    ("body", "status", "code", "named"),
    [
        ({}, 400, "INVALID_REQUEST", "ids"),
        ({"ids": []}, 400, "INVALID_REQUEST", "ids"),
        ({"ids": ["m"] * 501}, 400, "INVALID_REQUEST", "ids"),
        ({"ids": "media_1"}, 400, "INVALID_REQUEST", "ids"),
        ({"ids": [1]}, 400, "INVALID_REQUEST", "ids.0"),
        ({"ids": ["m" * 65]}, 400, "INVALID_REQUEST", "ids.0"),
        ({"ids": ["media_1"], "rendition": "../x"}, 400, "INVALID_REQUEST", "rendition"),
        ({"ids": ["media_1"], "rendition": None}, 400, "INVALID_REQUEST", "rendition"),
        ({"ids": ["media_1"], "more": 1}, 400, "INVALID_REQUEST", "more"),
        ('{"ids": ["m"]}' + " " * (64 << 10), 400, "INVALID_REQUEST", "65,536"),
        ("{", 400, "INVALID_REQUEST", "body"),
        ({"ids": ["media_1", "media_2"]}, 404, "NOT_FOUND", "media_2"),
        ({"ids": ["a/../b#x"]}, 404, "NOT_FOUND", "a/../b#x"),
        ({"ids": ["media_1"], "rendition": "master"}, 409, "CONFLICT", "media_1"),
    ],
)
def test_a_bad_request_is_refused_by_name(
    published: Functions, body: Any, status: int, code: str, named: str
) -> None:
    answered, problem = ask(published, body)

    assert (answered, problem["code"]) == (status, code)
    assert named in problem["detail"]
    assert not messages()


def test_an_upload_that_is_not_ready_can_not_be_downloaded(
    functions: Functions, s3: S3Client
) -> None:
    upload(functions, s3, PICTURE)

    status, problem = ask(functions, {"ids": ["media_1"]})

    assert (status, problem["code"]) == (409, "CONFLICT")
    assert "media_1" in problem["detail"]


def test_more_than_the_limit_is_refused(published: Functions, s3: S3Client) -> None:
    [manifest] = [
        one["Key"]
        for one in s3.list_objects_v2(Bucket=RENDITIONS)["Contents"]
        if one["Key"].endswith("manifest.json")
    ]
    said = json.loads(s3.get_object(Bucket=RENDITIONS, Key=manifest)["Body"].read())
    large = json.dumps({**said, "bytes": DOWNLOAD_BYTES_LIMIT + 1})
    s3.put_object(Bucket=RENDITIONS, Key=manifest, Body=large.encode())

    status, problem = ask(published, {"ids": ["media_1"]})

    assert (status, problem["code"]) == (413, "SIZE_LIMIT")
    assert not messages()


@pytest.mark.parametrize("unknown", [f"download_{'0' * 32}", "x" * 3000, "media_1", "a/b"])
def test_an_unknown_download_is_not_found(functions: Functions, unknown: str) -> None:
    status, problem = read(functions, unknown)

    assert (status, problem["code"]) == (404, "NOT_FOUND")
