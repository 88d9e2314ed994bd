"""The versions of originals in their S3 bucket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.objects import S3Objects, delete_together
from spool.services.storage_ports import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


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

    def all(self, prefix: str) -> Sequence[ObjectVersion]:
        pages = self.client().get_paginator("list_object_versions")
        return [
            ObjectVersion(one["Key"], one["VersionId"])
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix)
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]

    def remove_all(self, versions: Sequence[ObjectVersion]) -> None:
        named: list[ObjectIdentifierTypeDef] = [
            {"Key": one.key, "VersionId": one.version_id} for one in versions
        ]
        delete_together(self.client(), self.bucket, named)
