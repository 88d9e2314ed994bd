from __future__ import annotations

import json
from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import IMMUTABLE
from spool.imaging.economy import SMALL_AFTER
from spool.model import Asset, Status, utc_now
from tests.unit.conftest import RENDITIONS, TABLE, VARIANTS
from tests.unit.lambdas.conftest import ENCODES, Functions
from tests.unit.services.shop import photo

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/default/proj/media_1-a b.jpg"
TAG = "0123456789ab"
REF = "default/proj/media_1"
BASE = f"{REF}/{TAG}"
QUICK = "public, max-age=60"


@pytest.fixture
def asset(functions: Functions, s3: S3Client) -> Asset:
    """A ready picture of 400x300, as the pipeline leaves it."""
    asset = Asset(
        id="media_1",
        org_id="default",
        project_id="proj",
        filename="a b.jpg",
        original_key=KEY,
        status=Status.READY,
        uploaded_at="2025-01-15T10:00:00.000Z",
        tag=TAG,
    )
    assert DynamoCatalogue(table=TABLE, clock=utc_now).insert(asset)
    mip = {"name": "mip_1280.jpg", "width": 400, "height": 300}
    manifest = {
        "originalKey": KEY,
        "type": "image",
        "width": 400,
        "height": 300,
        "frames": 1,
        "hasAlpha": False,
        "renditions": [mip],
    }
    s3.put_object(
        Bucket=RENDITIONS, Key=f"renditions/{BASE}/manifest.json", Body=json.dumps(manifest)
    )
    data = BytesIO()
    Image.open(BytesIO(photo(400, 300))).save(data, "JPEG")
    s3.put_object(Bucket=RENDITIONS, Key=f"renditions/{BASE}/mip_1280.jpg", Body=data.getvalue())
    return asset


def get(
    functions: Functions,
    name: str = "w-160_q-80.webp",
    *,
    method: str = "GET",
    tag: str = TAG,
    **headers: str,
) -> tuple[int, Any, dict[str, str]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return functions.http(
        "img_resize",
        f"{method} /img",
        rawPath=f"/variants/{REF}/{tag}/{name}",
        headers=named,
    )


def put(s3: S3Client, name: str, body: bytes) -> None:
    s3.put_object(
        Bucket=VARIANTS,
        Key=f"variants/{BASE}/{name}",
        Body=body,
        CacheControl=IMMUTABLE,
        Metadata={"cache-tag": REF},
    )


def test_a_picture_is_made_quickly_and_kept_for_a_minute(
    functions: Functions, asset: Asset, s3: S3Client
) -> None:
    status, body, headers = get(functions)

    assert (status, headers["content-type"], headers["cache-control"]) == (200, "image/webp", QUICK)
    with Image.open(BytesIO(b64decode(body))) as image:
        assert (image.size, image.format) == ((160, 120), "WEBP")
    stored = s3.get_object(Bucket=VARIANTS, Key=f"quick/{BASE}/w-160_q-80.webp")
    assert stored["Body"].read() == b64decode(body)
    assert stored["CacheControl"] == QUICK
    assert stored["Metadata"] == {"cache-tag": REF}


def test_an_answer_says_what_it_is_purged_by_and_what_took_the_time(
    functions: Functions, asset: Asset
) -> None:
    made, again = get(functions)[2], get(functions)[2]

    assert made["x-amz-meta-cache-tag"] == again["x-amz-meta-cache-tag"] == REF
    parts = dict(part.split(";dur=") for part in made["server-timing"].split(", "))
    assert parts.keys() == {"mip", "encode", "store"}
    assert all(float(spent) >= 0 for spent in parts.values())
    assert "server-timing" not in again


def test_the_current_picture_is_asked_for_again_soon(functions: Functions, asset: Asset) -> None:
    status, _, headers = get(functions, tag="current")

    assert (status, headers["cache-control"]) == (200, "public, max-age=60, s-maxage=300")


def test_what_is_asked_again_becomes_small_and_immutable(
    functions: Functions, asset: Asset, s3: S3Client
) -> None:
    for _ in range(SMALL_AFTER["webp"] + 1):
        get(functions)
    key = f"variants/{BASE}/w-160_q-80.webp"
    quick = s3.get_object(Bucket=VARIANTS, Key=key)
    assert quick["CacheControl"] == QUICK

    work_off(functions)

    small = s3.get_object(Bucket=VARIANTS, Key=key)
    assert small["CacheControl"] == IMMUTABLE
    assert small["Metadata"] == {"cache-tag": REF}
    assert small["ContentLength"] < quick["ContentLength"]
    assert get(functions, tag="current")[2]["etag"] == small["ETag"]


def work_off(functions: Functions) -> None:
    """Hand the queue's messages to their function, as Lambda does."""
    sqs = clients.sqs()
    url = sqs.get_queue_url(QueueName=ENCODES)["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)
    records = [
        {"messageId": message["MessageId"], "body": message["Body"]}
        for message in received["Messages"]
    ]
    assert functions.invoke("optimize_variant", {"Records": records}) == {"batchItemFailures": []}


def test_a_variant_that_the_cdn_should_have_read_is_counted(
    functions: Functions, asset: Asset, s3: S3Client, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(SMALL_AFTER["webp"] + 1):
        get(functions)
    put(s3, "w-160_q-80.webp", b"small")
    capsys.readouterr()

    assert get(functions)[2]["cache-control"] == IMMUTABLE

    assert "StoredVariantAsked" in capsys.readouterr().out


def test_who_has_it_gets_no_bytes(functions: Functions, asset: Asset) -> None:
    etag = get(functions)[2]["etag"]
    assert etag.startswith('"')

    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        status, body, headers = get(functions, if_none_match=known)
        assert (status, body, headers["etag"]) == (304, "", etag)
        assert headers["cache-control"] == QUICK
    assert get(functions, if_none_match='"other"')[0] == 200


def test_head_is_answered_as_get_for_its_length(functions: Functions, asset: Asset) -> None:
    """Whoever speaks HTTP before the function leaves the bytes out."""
    for _ in range(2):
        assert get(functions, method="HEAD")[:2] == get(functions)[:2]


def test_what_lambda_can_not_return_is_redirected_to(
    functions: Functions, asset: Asset, s3: S3Client
) -> None:
    put(s3, "q-80.webp", bytes(4_400_001))

    status, body, headers = get(functions, "w-640_q-80.webp")

    assert (status, body) == (302, "")
    assert (headers["location"], headers["cache-control"]) == ("#", "no-store")
    copy = s3.head_object(Bucket=VARIANTS, Key=f"variants/{BASE}/w-640_q-80.webp")
    assert copy["ContentLength"] == 4_400_001
    assert copy["CacheControl"] == IMMUTABLE
    assert copy["Metadata"] == {"cache-tag": REF}

    _, _, headers = get(functions, "w-640_q-80.webp", tag="current")
    assert headers["location"] == f"?v={TAG}&w=640&fit=inside&g=center&q=80&f=webp"


def test_all_that_lambda_can_return_is_returned(
    functions: Functions, asset: Asset, s3: S3Client
) -> None:
    put(s3, "q-80.webp", bytes(4_400_000))

    status, body, _ = get(functions, "w-640_q-80.webp")

    assert status == 200
    assert len(body) < 6 * 1024 * 1024 - 4096


def test_of_one_picture_no_more_are_made_than_the_limit(functions: Functions, asset: Asset) -> None:
    answers = [get(functions, f"w-48_q-{q}0.webp") for q in range(1, 6)]

    assert [status for status, _, _ in answers] == [200, 200, 200, 403, 403]
    assert answers[-1][1]["code"] == "QUOTA_EXCEEDED"
    assert get(functions, "w-48_q-80.avif")[0] == 200


@pytest.mark.parametrize(
    ("method", "name", "tag", "status", "code"),
    [
        ("GET", "w-161_q-80.webp", TAG, 400, "INVALID_REQUEST"),
        ("GET", "w-1280_q-80.webp", TAG, 400, "INVALID_REQUEST"),
        ("GET", "q-80.webp", "nope", 404, "NOT_FOUND"),
        ("GET", "q-80.webp", "ffffffffffff", 404, "NOT_FOUND"),
        ("GET", "q-80.webp", "pfffffffffff", 404, "NOT_FOUND"),
        ("POST", "q-80.webp", TAG, 400, "INVALID_REQUEST"),
    ],
)
def test_an_error_is_a_problem_that_is_not_cached_as_a_picture(
    functions: Functions, asset: Asset, method: str, name: str, tag: str, status: int, code: str
) -> None:
    answered, problem, headers = get(functions, name, method=method, tag=tag)

    assert (answered, problem["code"]) == (status, code)
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "max-age=1"


def test_an_unknown_picture_is_not_found(functions: Functions) -> None:
    status, problem, _ = get(functions, tag="current")

    assert (status, problem["code"]) == (404, "NOT_FOUND")


@pytest.mark.usefixtures("asset")
class TestTheQueue:
    @pytest.fixture
    def records(self, s3: S3Client) -> list[dict[str, Any]]:
        """Two variants, in two messages."""
        names = ("w-160_q-80.webp", "w-320_q-80.webp")
        for name in names:
            s3.put_object(Bucket=VARIANTS, Key=f"variants/{BASE}/{name}", Body=bytes(10**6))
        return [record(f"variants/{BASE}/{name}", s3) for name in names]

    def test_gets_back_what_failed_and_nothing_else(
        self,
        functions: Functions,
        records: list[dict[str, Any]],
        s3: S3Client,
    ) -> None:
        records[0]["body"] = "{"

        answer = functions.invoke("optimize_variant", {"Records": records})

        assert answer == {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}
        done = s3.head_object(Bucket=VARIANTS, Key=f"variants/{BASE}/w-320_q-80.webp")
        assert done["ContentLength"] < 10**6

    def test_keeps_no_mip_that_can_not_be_decoded(
        self,
        functions: Functions,
        records: list[dict[str, Any]],
        s3: S3Client,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        s3.put_object(
            Bucket=RENDITIONS, Key=f"renditions/{BASE}/mip_1280.jpg", Body=b"\xff\xd8\xff nothing"
        )

        answer = functions.invoke("optimize_variant", {"Records": records})

        assert answer == {"batchItemFailures": []}
        assert capsys.readouterr().out.count("VariantNotOptimized") >= 2


def record(key: str, s3: S3Client) -> dict[str, Any]:
    etag = s3.head_object(Bucket=VARIANTS, Key=key)["ETag"]
    return {"messageId": key, "body": json.dumps({"key": key, "etag": etag})}
