from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.config import Config

from spool.aws.presigner import S3Presigner
from tests.unit.conftest import ORIGINALS, REGION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/org/proj/m1-a b+c (å) %41.jpg"
HEADERS = {"content-type": "image/jpeg", "content-length": "3", "if-none-match": "*"}


def query(url: str) -> Mapping[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture
def presigner(aws: None) -> S3Presigner:
    return S3Presigner(bucket=ORIGINALS)


def test_what_is_promised_is_signed(presigner: S3Presigner) -> None:
    signed = query(presigner.put(KEY, HEADERS, 900))

    assert signed["X-Amz-SignedHeaders"] == "content-length;content-type;host;if-none-match"
    assert signed["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert signed["X-Amz-Expires"] == "900"
    assert f"/{REGION}/s3/" in signed["X-Amz-Credential"]


def test_the_url_is_on_the_buckets_regional_host(presigner: S3Presigner) -> None:
    url = urlsplit(presigner.put(KEY, HEADERS, 900))

    assert (url.scheme, url.netloc) == ("https", f"originals.s3.{REGION}.amazonaws.com")
    assert unquote(url.path) == f"/{KEY}"


def test_china_has_a_domain_of_its_own(
    presigner: S3Presigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")

    host = urlsplit(presigner.put(KEY, {}, 900)).netloc

    assert host == "originals.s3.cn-north-1.amazonaws.com.cn"


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_emulator_has_one_host_for_all_buckets(
    presigner: S3Presigner, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:4566/")

    url = presigner.part(KEY, "upload-1", 7, 900)

    assert url.startswith("http://127.0.0.1:4566/originals/originals/org/proj/m1-a%20b%2Bc")
    assert (query(url)["uploadId"], query(url)["partNumber"]) == ("upload-1", "7")


@pytest.fixture
def sdk(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> S3Client:
    """The SDK's own client, for which and for us it is the same moment."""
    moment = datetime(2025, 1, 15, 10, tzinfo=UTC)
    for signer in ("botocore.auth", "botocore.crt.auth"):
        monkeypatch.setattr(f"{signer}.get_current_datetime", lambda **_: moment)
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", config=config)


def test_it_signs_as_the_sdks_own_client_does(presigner: S3Presigner, sdk: S3Client) -> None:
    """Signatures of the same moment by both, of a part and of a whole object."""
    whole = {"Bucket": ORIGINALS, "Key": KEY, "ContentType": "image/jpeg", "IfNoneMatch": "*"}
    part = {"Bucket": ORIGINALS, "Key": KEY, "UploadId": "u/+=1", "PartNumber": 3}

    ours = presigner.put(KEY, {"content-type": "image/jpeg", "if-none-match": "*"}, 900)
    theirs = sdk.generate_presigned_url("put_object", Params=whole, ExpiresIn=900)
    our_part = presigner.part(KEY, "u/+=1", 3, 900)
    their_part = sdk.generate_presigned_url("upload_part", Params=part, ExpiresIn=900)

    assert query(ours)["X-Amz-Signature"] == query(theirs)["X-Amz-Signature"]
    assert urlsplit(our_part).path == urlsplit(their_part).path
    assert query(our_part) == query(their_part)


def test_a_download_is_signed_as_the_sdks_own_client_does(
    presigner: S3Presigner, sdk: S3Client
) -> None:
    saved_as = 'attachment; filename="my files.zip"'
    wanted = {"Bucket": ORIGINALS, "Key": KEY, "ResponseContentDisposition": saved_as}

    ours = presigner.get(KEY, "my files.zip", 900)
    theirs = sdk.generate_presigned_url("get_object", Params=wanted, ExpiresIn=900)

    assert query(ours)["response-content-disposition"] == saved_as
    assert query(ours) == query(theirs)
