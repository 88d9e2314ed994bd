"""Objects of one S3 bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.response import StreamingBody

from spool.aws import clients
from spool.errors import NotFound, Transient
from spool.services.ports import Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef, PutObjectRequestTypeDef

IMMUTABLE = "public, max-age=31536000, immutable"

_GONE = {"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"}  # the last: a delete marker


@dataclass(frozen=True, kw_only=True)
class S3Objects:
    """Implements `ports.Objects`. What it stores is never overwritten with other bytes, so it may
    be cached for ever."""

    bucket: str
    client: Callable[[], S3Client] = clients.s3

    def get(self, key: str, version_id: str | None = None) -> Stored:
        request: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": key}
        if version_id is not None:
            request["VersionId"] = version_id
        try:
            answer = self.client().get_object(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise NotFound(f"{key} is not there.") from error
            raise
        return Stored(
            size=answer["ContentLength"],
            content_type=answer["ContentType"],
            etag=answer["ETag"],
            read=lambda: _read(answer["Body"]),
        )

    def put(self, key: str, body: bytes, content_type: str) -> None:
        self.client().put_object(**self._request(key, body, content_type))

    def put_new(self, key: str, body: bytes, content_type: str) -> None:
        request = self._request(key, body, content_type)
        request["IfNoneMatch"] = "*"
        try:
            self.client().put_object(**request)
        except ClientError as error:
            if not is_conflict(error):
                raise

    def _request(self, key: str, body: bytes, content_type: str) -> PutObjectRequestTypeDef:
        return {
            "Bucket": self.bucket,
            "Key": key,
            "Body": body,
            "ContentType": content_type,
            "CacheControl": IMMUTABLE,
        }


def is_conflict(error: ClientError) -> bool:
    """Whether `If-None-Match: *` refused: the key exists, or another writer is just storing it."""
    return error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}


def _read(body: StreamingBody) -> bytes:
    """A connection lost while the bytes flow escapes the client's own retries."""
    try:
        with body:
            return body.read()
    except (HTTPClientError, IncompleteReadError) as error:
        raise Transient(f"S3 broke off: {error}") from error
