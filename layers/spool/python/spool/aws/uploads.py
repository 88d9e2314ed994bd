"""S3 multipart uploads to one bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.objects import is_conflict
from spool.checksums import Checksum
from spool.errors import Conflict, NotFound, PartMismatch
from spool.services.storage_ports import Part

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompleteMultipartUploadRequestTypeDef

_MISMATCHES = {
    "InvalidPart": "A part was not uploaded, or its etag is another.",
    "InvalidPartOrder": "The parts must be named in ascending order.",
    "BadDigest": "The file has another checksum than complete was told.",
    "EntityTooSmall": "Every part but the last must have at least 5 MiB.",
}


@dataclass(frozen=True, kw_only=True)
class S3Uploads:
    """Implements `Uploads`."""

    bucket: str
    client: Callable[[], S3Client] = clients.s3

    def create(self, key: str, content_type: str) -> str:
        answer = self.client().create_multipart_upload(
            Bucket=self.bucket, Key=key, ContentType=content_type
        )
        return answer["UploadId"]

    def parts(self, key: str, upload_id: str, *, after: int, limit: int) -> Sequence[Part]:
        with _explained(upload_id):
            answer = self.client().list_parts(
                Bucket=self.bucket,
                Key=key,
                UploadId=upload_id,
                PartNumberMarker=after,
                MaxParts=limit,
            )
        return [
            Part(part["PartNumber"], part["ETag"], part["Size"]) for part in answer.get("Parts", [])
        ]

    def complete(
        self,
        key: str,
        upload_id: str,
        parts: Sequence[tuple[int, str]],
        checksum: Checksum | None = None,
        *,
        new: bool,
    ) -> None:
        request: CompleteMultipartUploadRequestTypeDef = {
            "Bucket": self.bucket,
            "Key": key,
            "UploadId": upload_id,
            "MultipartUpload": {"Parts": [{"PartNumber": n, "ETag": etag} for n, etag in parts]},
        }
        if new:
            request["IfNoneMatch"] = "*"
        if checksum is not None:  # S3 has computed it of every upload since December 2024
            request["ChecksumCRC64NVME"] = checksum.value
            request["ChecksumType"] = "FULL_OBJECT"
        with _explained(upload_id):
            self.client().complete_multipart_upload(**request)

    def abort(self, key: str, upload_id: str) -> None:
        with _explained(upload_id):
            self.client().abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)


@contextmanager
def _explained(upload_id: str) -> Iterator[None]:
    """S3's refusals as the errors that `Uploads` names."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchUpload":
            raise NotFound(f"There is no upload {upload_id} of this key.") from error
        if code in _MISMATCHES:
            raise PartMismatch(_MISMATCHES[code]) from error
        if is_conflict(error):
            raise Conflict("Another upload has created this media already.") from error
        raise
