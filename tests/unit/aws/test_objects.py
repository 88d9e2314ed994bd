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


def test_a_head_tells_the_version(s3: S3Client) -> None:
    versions = [
        s3.put_object(Bucket=ORIGINALS, Key="a.mp4", Body=body, ContentType="video/mp4")
        for body in (b"one", b"three")
    ]
    originals = S3Objects(bucket=ORIGINALS)

    newest, older = (
        originals.head("a.mp4"),
        originals.head("a.mp4", versions[0]["VersionId"]),
    )

    assert (newest.size, newest.version_id) == (5, versions[1]["VersionId"])
    assert (older.size, older.etag) == (3, versions[0]["ETag"])
    assert older.content_type == "video/mp4"


def test_where_no_versions_are_kept_a_head_has_none(variants: S3Objects) -> None:
    variants.put(KEY, b"picture", "image/webp")

    assert variants.head(KEY).version_id is None


def test_what_is_missing_has_no_head_and_no_ranges(variants: S3Objects) -> None:
    with pytest.raises(NotFound):
        variants.head(KEY)
    with pytest.raises(NotFound):
        variants.read_range(KEY, None, 0, 1)


def test_a_deleted_object_has_no_head(s3: S3Client) -> None:
    s3.put_object(Bucket=ORIGINALS, Key="a.mp4", Body=b"one")
    marker = s3.delete_object(Bucket=ORIGINALS, Key="a.mp4")["VersionId"]

    with pytest.raises(NotFound):
        S3Objects(bucket=ORIGINALS).head("a.mp4")
    with pytest.raises(NotFound):
        S3Objects(bucket=ORIGINALS).head("a.mp4", marker)


def test_ranges_are_of_the_version_that_is_named(s3: S3Client) -> None:
    version = s3.put_object(Bucket=ORIGINALS, Key="a.mp4", Body=b"0123456789")["VersionId"]
    s3.put_object(Bucket=ORIGINALS, Key="a.mp4", Body=b"newer")
    originals = S3Objects(bucket=ORIGINALS)

    assert originals.read_range("a.mp4", version, 2, 3) == b"234"
    assert originals.read_range("a.mp4", version, 8, 100) == b"89"


def test_bytes_are_given_as_they_are_asked_for(variants: S3Objects) -> None:
    variants.put(KEY, b"picture", "image/webp")
    body = variants.get(KEY).body

    assert [body.read(3), body.read(100), body.read(100)] == [b"pic", b"ture", b""]
    body.close()
