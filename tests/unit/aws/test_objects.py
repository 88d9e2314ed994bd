from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from botocore.exceptions import IncompleteReadError

from spool.aws import objects
from spool.aws.objects import IMMUTABLE, S3Objects
from spool.errors import NotFound, Transient
from tests.unit.conftest import ORIGINALS, RENDITIONS, VARIANTS
from tests.unit.services.fakes import LEAST_PART

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


def test_a_download_is_cached_for_nobody_else(s3: S3Client) -> None:
    renditions = S3Objects(bucket=RENDITIONS)
    renditions.put_parts("downloads/org/a.zip", [(1, b"zip")], "application/zip")
    renditions.put_new("downloads/org/a.json", b"{}", "application/json")

    for key in ("downloads/org/a.zip", "downloads/org/a.json"):
        head = s3.head_object(Bucket=RENDITIONS, Key=key)
        assert (head["CacheControl"], head["Metadata"]) == ("private, no-cache", {})


def test_what_is_missing_is_not_found(variants: S3Objects) -> None:
    with pytest.raises(NotFound):
        variants.get(KEY)


def test_what_is_there_stays(variants: S3Objects) -> None:
    assert variants.put_new(KEY, b"first", "image/webp", max_age=60)
    assert not variants.put_new(KEY, b"second", "image/webp")

    stored = variants.get(KEY)
    assert (stored.read(), stored.cache_control) == (b"first", "public, max-age=60")


def test_what_is_stored_says_what_purges_it(variants: S3Objects, s3: S3Client) -> None:
    variants.put(KEY, b"picture", "image/webp")
    variants.copy(KEY, f"p/{KEY}")

    for key in (KEY, f"p/{KEY}"):
        head = s3.head_object(Bucket=VARIANTS, Key=key)
        assert head["Metadata"] == {"cache-tag": "org/proj/m1"}
        assert head["CacheControl"] == IMMUTABLE


def test_what_is_too_large_for_one_copy_is_copied_in_parts(
    s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_COPIED_AT_ONCE", LEAST_PART)
    film = bytes(range(256)) * (LEAST_PART // 128) + b"end"
    source, target = (
        "renditions/org/proj/m1/0123456789ab/a.mp4",
        "p/renditions/org/proj/m1/p0/a.mp4",
    )
    s3.put_object(Bucket=RENDITIONS, Key=source, Body=film, ContentType="video/mp4")

    S3Objects(bucket=RENDITIONS).copy(source, target)

    copy = s3.get_object(Bucket=RENDITIONS, Key=target)
    assert copy["Body"].read() == film
    assert copy["ETag"].endswith('-3"')
    assert (copy["ContentType"], copy["CacheControl"]) == ("video/mp4", IMMUTABLE)
    assert copy["Metadata"] == {"cache-tag": "org/proj/m1"}


def test_only_what_is_still_the_same_is_replaced(variants: S3Objects) -> None:
    variants.put_new(KEY, b"quick", "image/webp", max_age=60)
    quick = variants.get(KEY).etag

    assert variants.replace(KEY, quick, b"small", "image/webp")
    assert not variants.replace(KEY, quick, b"smaller", "image/webp")

    stored = variants.get(KEY)
    assert (stored.read(), stored.cache_control) == (b"small", IMMUTABLE)


def test_what_was_deleted_stays_deleted(variants: S3Objects) -> None:
    variants.put(KEY, b"quick", "image/webp")
    quick = variants.get(KEY).etag
    variants.delete([KEY, "variants/never/there"])

    assert not variants.replace(KEY, quick, b"small", "image/webp")
    with pytest.raises(NotFound):
        variants.get(KEY)
    with pytest.raises(NotFound):
        variants.copy(KEY, f"p/{KEY}")


def test_more_is_deleted_than_one_call_takes(variants: S3Objects, s3: S3Client) -> None:
    keys = [f"variants/o/p/m/{number}" for number in range(1001)]
    for key in keys[:3] + keys[-1:]:
        variants.put(key, b"x", "image/webp")

    variants.delete(keys)

    assert not variants.sizes("variants/")


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


def test_what_comes_in_parts_is_stored_whole_whichever_comes_last(
    variants: S3Objects, s3: S3Client
) -> None:
    size = variants.put_parts(KEY, iter([(2, b"b"), (1, b"a" * LEAST_PART)]), "video/mp4")

    stored, head = variants.get(KEY), s3.head_object(Bucket=VARIANTS, Key=KEY)
    assert (size, stored.size) == (LEAST_PART + 1, LEAST_PART + 1)
    assert stored.read() == b"a" * LEAST_PART + b"b"
    assert (head["ContentType"], head["CacheControl"]) == ("video/mp4", IMMUTABLE)


def test_what_breaks_off_in_its_parts_leaves_nothing(variants: S3Objects, s3: S3Client) -> None:
    def parts() -> Iterator[tuple[int, bytes]]:
        yield 2, b"b" * LEAST_PART
        raise Transient("lost")

    with pytest.raises(Transient):
        variants.put_parts(KEY, parts(), "video/mp4")

    assert variants.sizes("") == {}
    assert s3.list_multipart_uploads(Bucket=VARIANTS).get("Uploads", []) == []


def test_a_prefix_lists_what_begins_so_on_every_page(variants: S3Objects) -> None:
    for number in range(1001):
        variants.put(f"a/{number:04}", b"12"[: number % 3], "text/plain")
    variants.put("b/0000", b"", "text/plain")

    sizes = variants.sizes("a/")

    assert len(sizes) == 1001
    assert list(sizes)[:3] == ["a/0000", "a/0001", "a/0002"]
    assert [sizes["a/0001"], sizes["a/0002"]] == [1, 2]
