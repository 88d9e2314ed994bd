from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spool.aws.uploads import S3Uploads
from spool.errors import Conflict, NotFound, PartMismatch
from tests.unit.conftest import ORIGINALS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/org/proj/m1-a.jpg"
PART = bytes(5 << 20)


@pytest.fixture
def uploads(s3: S3Client) -> S3Uploads:
    return S3Uploads(bucket=ORIGINALS)


def sent(s3: S3Client, upload_id: str, *bodies: bytes) -> list[tuple[int, str]]:
    return [
        (
            number,
            s3.upload_part(
                Bucket=ORIGINALS, Key=KEY, UploadId=upload_id, PartNumber=number, Body=body
            )["ETag"],
        )
        for number, body in enumerate(bodies, 1)
    ]


def test_parts_become_an_object_of_the_declared_type(uploads: S3Uploads, s3: S3Client) -> None:
    upload_id = uploads.create(KEY, "image/jpeg")
    parts = sent(s3, upload_id, PART, b"end")

    uploads.complete(KEY, upload_id, parts, new=True)

    made = s3.get_object(Bucket=ORIGINALS, Key=KEY)
    assert (made["ContentLength"], made["ContentType"]) == (len(PART) + 3, "image/jpeg")


def test_uploaded_parts_are_listed_from_a_number_on(uploads: S3Uploads, s3: S3Client) -> None:
    upload_id = uploads.create(KEY, "image/jpeg")
    etags = dict(sent(s3, upload_id, b"a", b"bb", b"ccc"))

    listed = uploads.parts(KEY, upload_id, after=1, limit=10)

    assert [(part.number, part.size) for part in listed] == [(2, 2), (3, 3)]
    assert listed[0].etag == etags[2]
    assert uploads.parts(KEY, upload_id, after=3, limit=10) == []
    assert len(uploads.parts(KEY, upload_id, after=0, limit=2)) == 2


@pytest.mark.parametrize("wrong", ["etag", "order", "small"])
def test_wrong_parts_are_a_mismatch(uploads: S3Uploads, s3: S3Client, wrong: str) -> None:
    upload_id = uploads.create(KEY, "image/jpeg")
    parts = sent(s3, upload_id, b"small" if wrong == "small" else PART, b"end")
    named = {
        "etag": [(1, '"0123456789abcdef0123456789abcdef"')],
        "order": parts[::-1],
        "small": parts,
    }[wrong]

    with pytest.raises(PartMismatch):
        uploads.complete(KEY, upload_id, named, new=True)


def test_new_media_is_not_created_twice(uploads: S3Uploads, s3: S3Client) -> None:
    s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=b"first")
    upload_id = uploads.create(KEY, "image/jpeg")
    parts = sent(s3, upload_id, b"end")

    with pytest.raises(Conflict):
        uploads.complete(KEY, upload_id, parts, new=True)
    uploads.complete(KEY, upload_id, parts, new=False)


def test_an_aborted_upload_is_not_found(uploads: S3Uploads, s3: S3Client) -> None:
    upload_id = uploads.create(KEY, "image/jpeg")

    uploads.abort(KEY, upload_id)

    for unknown in (upload_id, "never-was"):
        with pytest.raises(NotFound):
            uploads.parts(KEY, unknown, after=0, limit=10)
        with pytest.raises(NotFound):
            uploads.abort(KEY, unknown)


def test_parts_need_no_checksum_that_a_browser_would_not_send(
    uploads: S3Uploads, s3: S3Client
) -> None:
    upload_id = uploads.create(KEY, "image/jpeg")

    listed = s3.list_parts(Bucket=ORIGINALS, Key=KEY, UploadId=upload_id)

    assert "ChecksumAlgorithm" not in listed
