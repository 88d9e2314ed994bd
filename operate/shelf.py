"""What S3 keeps, read page by page: versions of originals, open uploads, manifests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from operate.checks import OpenUpload, StoredVersion
from spool.aws import clients
from spool.aws.objects import S3Objects
from spool.aws.uploads import S3Uploads
from spool.errors import NotFound
from spool.keys import MANIFEST, ORIGINALS, RENDITIONS, AssetRef, delivered

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Original:
    """A key of the originals' bucket, its versions with the newest first, and whether a delete
    marker is newer than they are."""

    key: str
    stored: Sequence[StoredVersion]
    hidden: bool


@dataclass(frozen=True)
class _Listed:
    key: str
    version: StoredVersion | None  # None: a delete marker
    latest: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Shelf:
    originals_bucket: str
    renditions_bucket: str
    client: Callable[[], S3Client] = clients.s3

    def originals(self, org_id: str | None = None) -> Iterator[Original]:
        """All there is in the bucket, or of one organisation, in the keys' order. One key's
        versions are held, and one page."""
        yield from self._originals("" if org_id is None else f"{ORIGINALS}{org_id}/")

    def original(self, key: str) -> Original:
        found = (one for one in self._originals(key) if one.key == key)
        return next(found, Original(key, (), hidden=False))

    def open_uploads(self, org_id: str | None = None) -> Iterator[OpenUpload]:
        pages = self.client().get_paginator("list_multipart_uploads")
        prefix = "" if org_id is None else f"{ORIGINALS}{org_id}/"
        for page in pages.paginate(Bucket=self.originals_bucket, Prefix=prefix):
            for found in page.get("Uploads", []):
                yield OpenUpload(key=found["Key"], id=found["UploadId"], since=found["Initiated"])

    def knows_upload(self, key: str, upload_id: str) -> bool:
        uploads = S3Uploads(bucket=self.originals_bucket, client=self.client)
        try:
            uploads.parts(key, upload_id, after=0, limit=1)
        except NotFound:
            return False
        return True

    def has_manifest(self, ref: AssetRef, tag: str) -> bool:
        try:
            self._renditions.head(ref.rendition(tag, MANIFEST))
        except NotFound:
            return False
        return True

    def manifests(self, ref: AssetRef) -> Iterator[Mapping[str, Any]]:
        """Those of all tags, with `tag` and `private` as their keys say. Listed by folder: a
        film's segments would be thousands."""
        for place in delivered(RENDITIONS):
            prefix = f"{place}{ref.path}/"
            for tag in self._folders(prefix):
                try:
                    body = self._renditions.get(f"{prefix}{tag}/{MANIFEST}").read()
                except NotFound:
                    continue
                yield {**json.loads(body), "tag": tag, "private": place != RENDITIONS}

    @property
    def _renditions(self) -> S3Objects:
        return S3Objects(bucket=self.renditions_bucket, client=self.client)

    def _folders(self, prefix: str) -> Iterator[str]:
        pages = self.client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.renditions_bucket, Prefix=prefix, Delimiter="/"):
            for found in page.get("CommonPrefixes", []):
                yield found["Prefix"].removeprefix(prefix).rstrip("/")

    def _originals(self, prefix: str) -> Iterator[Original]:
        for key, group in groupby(self._listed(prefix), key=lambda listed: listed.key):
            listed = sorted(group, key=lambda one: (one.latest, one.at), reverse=True)
            stored = [one.version for one in listed if one.version is not None]
            hidden = listed[0].latest and listed[0].version is None
            yield Original(key, stored, hidden=hidden and bool(stored))

    def _listed(self, prefix: str) -> Iterator[_Listed]:
        """By key; of one key in S3's order, the newest first, markers after the versions of their
        page. Times have whole seconds: the sort must be stable."""
        pages = self.client().get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self.originals_bucket, Prefix=prefix):
            listed = [
                _Listed(
                    one["Key"],
                    StoredVersion(id=one["VersionId"], size=one["Size"], at=one["LastModified"]),
                    one["IsLatest"],
                    one["LastModified"],
                )
                for one in page.get("Versions", [])
            ]
            listed += [
                _Listed(one["Key"], None, one["IsLatest"], one["LastModified"])
                for one in page.get("DeleteMarkers", [])
            ]
            yield from sorted(listed, key=lambda one: one.key)
