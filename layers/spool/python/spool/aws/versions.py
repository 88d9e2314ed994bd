"""The versions of originals in their S3 bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.objects import S3Objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, kw_only=True)
class S3Versions:
    """Implements `OriginalVersions`."""

    bucket: str
    client: Callable[[], S3Client] = clients.s3

    def restore(self, key: str, version_id: str) -> None:
        """A copy within S3: a version that became the newest by removing those above it would cost
        them."""
        S3Objects(bucket=self.bucket, client=self.client).copy(key, key, version_id)

    def remove(self, key: str, version_id: str) -> None:
        self.client().delete_object(Bucket=self.bucket, Key=key, VersionId=version_id)
