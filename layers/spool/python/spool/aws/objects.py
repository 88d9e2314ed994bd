"""Objects of one S3 bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.response import StreamingBody

from spool.aws import clients
from spool.errors import NotFound, Transient
from spool.keys import DOWNLOADS, cache_tag
from spool.services.storage_ports import Head, Part, Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, ObjectIdentifierTypeDef

_DELETED_AT_ONCE = 1000  # S3's limit
_COPIED_AT_ONCE = 256 << 20  # bytes: CopyObject takes 5 GiB, but says nothing while it works

IMMUTABLE = "public, max-age=31536000, immutable"
_FOR_ONE_USER = "private, no-cache"

# The last two: a delete marker, named as such unless the answer has no body.
_GONE = {"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405"}


class _Named(TypedDict):
    Bucket: str
    Key: str
    VersionId: NotRequired[str]


class _Target(TypedDict):
    Bucket: str
    Key: str
    ContentType: str
    CacheControl: str
    Metadata: dict[str, str]


class _Upload(TypedDict):
    Bucket: str
    Key: str
    UploadId: str


@dataclass(frozen=True, kw_only=True)
class S3Objects:
    """Implements `Objects`. What it stores without `max_age` is never overwritten with other
    bytes, so it may be cached for ever, but for downloads: they are nobody else's."""

    bucket: str
    client: Callable[[], S3Client] = clients.s3

    def head(self, key: str, version_id: str | None = None) -> Head:
        with _missing(key):
            answer = self.client().head_object(**self._named(key, version_id))
        return Head(
            size=answer["ContentLength"],
            content_type=answer["ContentType"],
            etag=answer["ETag"],
            version_id=answer.get("VersionId"),
        )

    def get(self, key: str, version_id: str | None = None) -> Stored:
        with _missing(key):
            answer = self.client().get_object(**self._named(key, version_id))
        return Stored(
            size=answer["ContentLength"],
            content_type=answer["ContentType"],
            etag=answer["ETag"],
            body=_Body(answer["Body"]),
            cache_control=answer.get("CacheControl", ""),
        )

    def read_range(self, key: str, version_id: str | None, start: int, length: int) -> bytes:
        wanted = f"bytes={start}-{start + length - 1}"
        with _missing(key):
            answer = self.client().get_object(**self._named(key, version_id), Range=wanted)
        with closing(_Body(answer["Body"])) as body:
            return body.read()

    def sizes(self, prefix: str) -> Mapping[str, int]:
        pages = self.client().get_paginator("list_objects_v2")
        listed = pages.paginate(Bucket=self.bucket, Prefix=prefix)
        return {one["Key"]: one["Size"] for page in listed for one in page.get("Contents", [])}

    def put(self, key: str, body: bytes, content_type: str) -> None:
        self.client().put_object(**self._target(key, content_type), Body=body)

    def put_parts(self, key: str, parts: Iterable[tuple[int, bytes]], content_type: str) -> int:
        with self._upload(key, content_type) as upload:
            stored = [self._put_part(upload, number, body) for number, body in parts]
            ordered = sorted(stored, key=lambda part: part.number)
            named: list[CompletedPartTypeDef] = [
                {"PartNumber": part.number, "ETag": part.etag} for part in ordered
            ]
            self.client().complete_multipart_upload(**upload, MultipartUpload={"Parts": named})
        return sum(part.size for part in stored)

    def put_new(
        self, key: str, body: bytes, content_type: str, *, max_age: int | None = None
    ) -> bool:
        target = self._target(key, content_type, max_age)
        try:
            self.client().put_object(**target, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if not is_conflict(error):
                raise
            return False
        return True

    def replace(self, key: str, etag: str, body: bytes, content_type: str) -> bool:
        try:
            self.client().put_object(**self._target(key, content_type), Body=body, IfMatch=etag)
        except ClientError as error:
            if not (is_conflict(error) or _code(error) in _GONE):
                raise
            return False
        return True

    def copy(self, source: str, target: str, version_id: str | None = None) -> None:
        found = self.head(source, version_id)
        named = self._named(source, version_id)
        with _missing(source):
            if found.size > _COPIED_AT_ONCE:
                self._copy_parts(named, found, target)
            else:
                self.client().copy_object(Bucket=self.bucket, Key=target, CopySource=named)

    def delete(self, keys: Sequence[str]) -> None:
        delete_together(self.client(), self.bucket, [{"Key": key} for key in keys])

    def _named(self, key: str, version_id: str | None) -> _Named:
        request: _Named = {"Bucket": self.bucket, "Key": key}
        if version_id is not None:
            request["VersionId"] = version_id
        return request

    def _target(self, key: str, content_type: str, max_age: int | None = None) -> _Target:
        tag = cache_tag(key)
        return {
            "Bucket": self.bucket,
            "Key": key,
            "ContentType": content_type,
            "CacheControl": _cache_control(key, max_age),
            "Metadata": {} if tag is None else {"cache-tag": tag},
        }

    @contextmanager
    def _upload(self, key: str, content_type: str) -> Iterator[_Upload]:
        """A multipart upload, given up when it is not completed within."""
        answer = self.client().create_multipart_upload(**self._target(key, content_type))
        upload: _Upload = {"Bucket": self.bucket, "Key": key, "UploadId": answer["UploadId"]}
        try:
            yield upload
        except BaseException:
            self.client().abort_multipart_upload(**upload)
            raise

    def _copy_parts(self, source: _Named, found: Head, target: str) -> None:
        """What is so large is a rendition or an original, of which only the type matters."""
        with self._upload(target, found.content_type) as upload, ThreadPoolExecutor() as pool:

            def copied(start: int) -> CompletedPartTypeDef:
                number, end = start // _COPIED_AT_ONCE + 1, start + _COPIED_AT_ONCE
                answer = self.client().upload_part_copy(
                    **upload,
                    PartNumber=number,
                    CopySource=source,
                    CopySourceRange=f"bytes={start}-{min(end, found.size) - 1}",
                )
                return {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}

            parts = list(pool.map(copied, range(0, found.size, _COPIED_AT_ONCE)))
            self.client().complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    def _put_part(self, upload: _Upload, number: int, body: bytes) -> Part:
        answer = self.client().upload_part(**upload, PartNumber=number, Body=body)
        return Part(number, answer["ETag"], len(body))


def _cache_control(key: str, max_age: int | None) -> str:
    if key.startswith(DOWNLOADS):
        return _FOR_ONE_USER
    return IMMUTABLE if max_age is None else f"public, max-age={max_age}"


def delete_together(
    client: S3Client, bucket: str, named: Sequence[ObjectIdentifierTypeDef]
) -> None:
    """Raises Transient when some are left."""
    for start in range(0, len(named), _DELETED_AT_ONCE):
        batch = list(named[start : start + _DELETED_AT_ONCE])
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            raise Transient(f"{len(errors)} objects weren't deleted: {errors[0]}")


def is_conflict(error: ClientError) -> bool:
    """Whether `If-None-Match: *` refused: the key exists, or another writer is just storing it."""
    return _code(error) in {"PreconditionFailed", "ConditionalRequestConflict"}


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if _code(error) in _GONE:
            raise NotFound(f"{key} is not there.") from error
        raise


@dataclass(frozen=True)
class _Body:
    """Implements `Body`. A connection lost while the bytes flow escapes the client's own
    retries."""

    stream: StreamingBody

    def read(self, length: int | None = None, /) -> bytes:
        try:
            return self.stream.read(length)
        except (HTTPClientError, IncompleteReadError) as error:
            raise Transient(f"S3 broke off: {error}") from error

    def close(self) -> None:
        self.stream.close()
