from __future__ import annotations

import json
from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import IMMUTABLE
from spool.model import Asset, Status, utc_now
from tests.unit.conftest import RENDITIONS, TABLE, VARIANTS
from tests.unit.lambdas.conftest import Functions
from tests.unit.services.pipeline import picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/default/proj/media_1-a.jpg"
TAG = "0123456789ab"
BASE = f"default/proj/media_1/{TAG}"


@pytest.fixture
def asset(functions: Functions, s3: S3Client) -> Asset:
    """A ready picture of 400x300, as the pipeline leaves it."""
    asset = Asset(
        id="media_1",
        org_id="default",
        project_id="proj",
        filename="a.jpg",
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
    s3.put_object(
        Bucket=RENDITIONS, Key=f"renditions/{BASE}/mip_1280.jpg", Body=picture(size=(400, 300))
    )
    return asset


def get(
    functions: Functions,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    path: str = KEY,
    **query: Any,
) -> tuple[int, Any, dict[str, str]]:
    return functions.http(
        "img_resize",
        f"{method} /img",
        rawPath=f"/img/{path}",
        queryStringParameters=query,
        headers=headers or {},
    )


def test_a_key_is_read_as_the_edge_encodes_it(functions: Functions, asset: Asset) -> None:
    asked = KEY.replace("media_1-a", "media_1-~61")
    assert get(functions, path=asked, v=TAG, w="100", f="webp")[0] == 200


def test_a_pinned_picture_is_immutable(functions: Functions, asset: Asset) -> None:
    status, body, headers = get(functions, v=TAG, w="100", f="webp")

    assert (status, headers["content-type"], headers["cache-control"]) == (
        200,
        "image/webp",
        IMMUTABLE,
    )
    with Image.open(BytesIO(b64decode(body))) as image:
        assert (image.size, image.format) == ((100, 75), "WEBP")


def test_the_current_picture_is_asked_for_again_soon(functions: Functions, asset: Asset) -> None:
    status, _, headers = get(functions, w="100")

    assert (status, headers["cache-control"]) == (200, "public, max-age=60, s-maxage=300")


def test_who_has_it_gets_no_bytes(functions: Functions, asset: Asset) -> None:
    _, _, first = get(functions, v=TAG, w="100")
    etag = first["etag"]
    assert etag.startswith('"')

    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        status, body, headers = get(functions, v=TAG, w="100", headers={"if-none-match": known})
        assert (status, body, headers["etag"]) == (304, "", etag)
        assert headers["cache-control"] == IMMUTABLE
    assert get(functions, v=TAG, w="100", headers={"if-none-match": '"other"'})[0] == 200


def test_the_etag_stays_once_the_variant_is_stored(functions: Functions, asset: Asset) -> None:
    made, stored = (get(functions, v=TAG, w="100")[2]["etag"] for _ in range(2))

    assert made == stored


def test_head_is_get_without_bytes(functions: Functions, asset: Asset) -> None:
    status, body, headers = get(functions, "HEAD", v=TAG, w="100")

    assert (status, body, headers["content-type"]) == (200, "", "image/jpeg")


def test_what_lambda_can_not_return_is_stored_and_redirected_to(
    functions: Functions, asset: Asset, s3: S3Client
) -> None:
    key = f"variants/{BASE}/w=100,q=80.jpg"
    s3.put_object(Bucket=VARIANTS, Key=key, Body=bytes(4_400_001))

    status, body, headers = get(functions, v=TAG, w="100")

    assert (status, body) == (302, "")
    assert headers["location"] == f"/variants/{BASE}/w%3D100%2Cq%3D80.jpg"
    assert headers["cache-control"] == "no-store"


def test_all_that_lambda_can_return_is_returned(
    functions: Functions, asset: Asset, s3: S3Client
) -> None:
    key = f"variants/{BASE}/w=100,q=80.jpg"
    s3.put_object(Bucket=VARIANTS, Key=key, Body=bytes(4_400_000))

    status, body, _ = get(functions, v=TAG, w="100")

    assert status == 200
    assert len(body) < 6 * 1024 * 1024 - 4096


@pytest.mark.parametrize(
    ("method", "query", "status", "code"),
    [
        ("GET", {"w": "0"}, 400, "INVALID_REQUEST"),
        ("GET", {"v": "nope"}, 400, "INVALID_REQUEST"),
        ("GET", {"v": "ffffffffffff"}, 404, "NOT_FOUND"),
        ("POST", {}, 400, "INVALID_REQUEST"),
    ],
)
def test_an_error_is_a_problem_that_is_not_cached_as_a_picture(
    functions: Functions, asset: Asset, method: str, query: dict[str, Any], status: int, code: str
) -> None:
    answered, problem, headers = get(functions, method, **query)

    assert (answered, problem["code"]) == (status, code)
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "max-age=1"


def test_an_unknown_picture_is_not_found(functions: Functions) -> None:
    status, problem, _ = get(functions, w="100")

    assert (status, problem["code"]) == (404, "NOT_FOUND")
