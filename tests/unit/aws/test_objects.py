from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from botocore.exceptions import IncompleteReadError

from spool.aws.objects import IMMUTABLE, S3Objects
from spool.errors import NotFound, Transient
from tests.unit.conftest import ORIGINALS, VARIANTS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "variants/org/proj/m1/0123456789ab/w=64,q=80.webp"


@pytest.fixture
def variants(s3: S3Client) -> S3Objects:
    return S3Objects(bucket=VARIANTS)


def test_what_is_stored_may_be_cached_for_ever(variants: S3Objects, s3: S3Client) -> None:
    variants.put(KEY, b"picture", "image/webp")

    stored = variants.get(KEY)
    head = s3.head_object(Bucket=VARIANTS, Key=KEY)
    assert (stored.size, stored.content_type, stored.etag) == (7, "image/webp", head["ETag"])
    assert stored.read() == b"picture"
    assert head["CacheControl"] == IMMUTABLE


def test_what_is_missing_is_not_found(variants: S3Objects) -> None:
    with pytest.raises(NotFound):
        variants.get(KEY)


def test_what_is_there_stays(variants: S3Objects) -> None:
    variants.put_new(KEY, b"first", "image/webp")
    variants.put_new(KEY, b"second", "image/webp")

    assert variants.get(KEY).read() == b"first"


def test_a_version_is_read_though_a_newer_one_hides_it(s3: S3Client) -> None:
    versions = [
        s3.put_object(Bucket=ORIGINALS, Key="a å+%.jpg", Body=body)["VersionId"]
        for body in (b"one", b"two")
    ]
    originals = S3Objects(bucket=ORIGINALS)
    s3.delete_object(Bucket=ORIGINALS, Key="a å+%.jpg")

    assert [originals.get("a å+%.jpg", version).read() for version in versions] == [b"one", b"two"]


def test_a_version_that_was_deleted_is_not_found(s3: S3Client) -> None:
    version = s3.put_object(Bucket=ORIGINALS, Key="a.jpg", Body=b"one")["VersionId"]
    s3.delete_object(Bucket=ORIGINALS, Key="a.jpg", VersionId=version)

    with pytest.raises(NotFound):
        S3Objects(bucket=ORIGINALS).get("a.jpg", version)


def test_a_download_that_breaks_off_is_worth_another_try(variants: S3Objects) -> None:
    variants.put(KEY, b"picture", "image/webp")
    stored = variants.get(KEY)
    broken = IncompleteReadError(actual_bytes=3, expected_bytes=7)

    with (
        patch("botocore.response.StreamingBody.read", side_effect=broken),
        pytest.raises(Transient),
    ):
        stored.read()
