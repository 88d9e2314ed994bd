"""The API's functions of what an organisation holds and may hold: uploads, versions, usage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from manage_upload.settings import ManageUploadSettings
from manage_versions.settings import ManageVersionsSettings
from presign_upload.settings import PresignUploadSettings
from read_usage.settings import ReadUsageSettings
from spool.indexes import CONTENT
from spool.keys import ORIGINALS
from spool.settings import Settings
from stacks.config import DeploySettings
from stacks.constructs.cursor_key import CursorKey
from stacks.constructs.function import Function
from stacks.storage import StorageStack


class _Quota(TypedDict):
    org_bytes_limit: int
    org_assets_limit: int


class _Reservation(_Quota):
    table_name: str
    originals_bucket: str
    url_expiry: int
    upload_expiry_days: int
    image_bytes_limit: int
    video_bytes_limit: int


@dataclass(frozen=True, kw_only=True)
class HoldingFunctions:
    """`make` declares a function of the API by its name and settings."""

    deploy: DeploySettings
    storage: StorageStack
    cursor_key: CursorKey
    make: Callable[[str, Settings], Function]

    @property
    def _quota(self) -> _Quota:
        return {
            "org_bytes_limit": self.deploy.org_bytes_limit,
            "org_assets_limit": self.deploy.org_assets_limit,
        }

    @property
    def _reservation(self) -> _Reservation:
        return {
            **self._quota,
            "table_name": self.storage.table.table_name,
            "originals_bucket": self.storage.originals.bucket_name,
            "url_expiry": self.deploy.url_expiry,
            "upload_expiry_days": self.deploy.upload_expiry_days,
            "image_bytes_limit": self.deploy.image_bytes_limit,
            "video_bytes_limit": self.deploy.video_bytes_limit,
        }

    def presign_upload(self) -> Function:
        function = self.make(
            "presign_upload",
            PresignUploadSettings(
                **self._reservation,
                private_content=self.deploy.private_content,
                private_projects=self.deploy.private_projects,
            ),
        )
        table = self.storage.table.table_arn
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=[table])
        function.allow("dynamodb:Query", on=[f"{table}/index/{CONTENT.name}"])
        function.allow_objects(
            "s3:PutObject", bucket=self.storage.originals, pattern=f"{ORIGINALS}*"
        )
        return function

    def manage_upload(self) -> Function:
        function = self.make(
            "manage_upload",
            ManageUploadSettings(**self._reservation, cursor_secret=self.cursor_key.arn),
        )
        table = self.storage.table.table_arn
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[table])
        function.allow_objects(
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
            bucket=self.storage.originals,
            pattern=f"{ORIGINALS}*",
        )
        self.cursor_key.read_by(function)
        return function

    def manage_versions(self) -> Function:
        table, originals = self.storage.table, self.storage.originals
        function = self.make(
            "manage_versions",
            ManageVersionsSettings(
                **self._quota,
                table_name=table.table_name,
                originals_bucket=originals.bucket_name,
                cursor_secret=self.cursor_key.arn,
            ),
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            on=[table.table_arn],
        )
        function.allow_objects(
            "s3:GetObjectVersion",
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            "s3:DeleteObjectVersion",
            bucket=originals,
            pattern=f"{ORIGINALS}*",
        )
        # A version that is gone is then 404 and not 403.
        function.allow("s3:ListBucket", on=[originals.bucket_arn])
        self.cursor_key.read_by(function)
        return function

    def read_usage(self) -> Function:
        table = self.storage.table
        function = self.make(
            "read_usage", ReadUsageSettings(**self._quota, table_name=table.table_name)
        )
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=[table.table_arn])
        return function
