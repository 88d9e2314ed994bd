"""What a client does with its multipart upload once it has begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from spool.checksums import Checksum
from spool.errors import Conflict, InvalidRequest, NotFound, PartMismatch, PayloadTooLarge
from spool.formats import Family
from spool.keys import InvalidKey, OriginalKey
from spool.model import Asset, Status, Upload, timestamp
from spool.services import lifecycle
from spool.services.cursors import Cursors
from spool.services.lifecycle import Step
from spool.services.ports import Beside, Catalogue, Clock
from spool.services.presigning import PART_BYTES, expiry
from spool.services.storage_ports import Part, Presigner, Uploads
from spool.services.usage import Quotas

PARTS_AT_ONCE = 1_000  # as many as S3 lists in one answer


@dataclass(frozen=True)
class Completed:
    """The upload became an object; the pipeline hears of it by S3's event."""

    bucket: str
    key: str
    media_id: str

    def to_dict(self) -> dict[str, str]:
        return {"bucket": self.bucket, "key": self.key, "mediaId": self.media_id}


@dataclass(frozen=True)
class PartPage:
    """Uploaded parts by number; `cursor` goes on after them when there may be more. `part_size` is
    None where it isn't known any more."""

    parts: Sequence[Part]
    cursor: str | None
    part_size: int | None

    def to_dict(self) -> dict[str, Any]:
        items = [{"partNumber": p.number, "etag": p.etag, "size": p.size} for p in self.parts]
        return {"items": items, "cursor": self.cursor, "partSize": self.part_size}


@dataclass(frozen=True)
class RenewedUrls:
    """Fresh URLs in the order in which they were asked for."""

    presigned_urls: Sequence[str]
    expires_at: str

    def to_dict(self) -> dict[str, Any]:
        return {"presignedUrls": self.presigned_urls, "expiresAt": self.expires_at}


@dataclass(frozen=True, kw_only=True)
class MultipartManager:
    """Every method takes the key beside the upload id, which means nothing to S3 without it.

    All raise InvalidRequest for a key outside the scheme, and NotFound when no asset of the
    organisation has it or S3 doesn't know the upload.
    """

    catalogue: Catalogue
    presigner: Presigner
    uploads: Uploads
    quotas: Quotas
    url_expiry: int
    upload_expiry: timedelta
    bytes_limits: Mapping[Family, int]
    cursors: Cursors
    clock: Clock

    def complete(
        self,
        org_id: str,
        key: str,
        upload_id: str,
        parts: Sequence[tuple[int, str]],
        checksum: Checksum | None = None,
    ) -> Completed:
        """Make the object of its parts; repeatable for as long as S3 remembers the upload, also
        while the first call is still at work.

        Raises PartMismatch, also for another size than was said or another `checksum`;
        PayloadTooLarge, and then aborts the upload; QuotaExceeded; and Conflict when another upload
        has created the new asset.
        """
        asset = self._asset(org_id, key)
        size = self._size(key, upload_id, parts)
        limit = self.bytes_limits[asset.type or Family.IMAGE]
        if size is not None and size > limit:
            self.abort(org_id, key, upload_id)
            raise PayloadTooLarge(f"The parts have {size:,} bytes; at most {limit:,} are allowed.")
        if size is not None:
            asset = self._hold(asset, upload_id, size)
        new = asset.version_id is None and size is not None
        try:
            self.uploads.complete(key, upload_id, parts, checksum, new=new)
        except Conflict:
            if self._size(key, upload_id, parts) is not None:
                raise
            self.uploads.complete(key, upload_id, parts, checksum, new=False)
        return Completed(self.presigner.bucket, key, asset.id)

    def parts(self, org_id: str, key: str, upload_id: str, *, cursor: str | None) -> PartPage:
        """The next 1,000 of the parts that S3 has."""
        bound = (org_id, "parts", key, upload_id)
        after = 0 if cursor is None else int(self.cursors.position(cursor, bound))
        upload = _upload(self._asset(org_id, key), upload_id)
        parts = self.uploads.parts(key, upload_id, after=after, limit=PARTS_AT_ONCE)
        more = len(parts) == PARTS_AT_ONCE
        return PartPage(
            parts=parts,
            cursor=self.cursors.issue(str(parts[-1].number), bound) if more else None,
            part_size=None if upload is None else upload.part_size,
        )

    def urls(self, org_id: str, key: str, upload_id: str, numbers: Sequence[int]) -> RenewedUrls:
        """Fresh URLs for the parts of these numbers."""
        self._asset(org_id, key)
        self.uploads.parts(key, upload_id, after=0, limit=1)  # raises NotFound
        urls = [self.presigner.part(key, upload_id, n, self.url_expiry) for n in numbers]
        return RenewedUrls(urls, expiry(self.clock, self.url_expiry))

    def abort(self, org_id: str, key: str, upload_id: str) -> None:
        """Drop the upload, its parts, and what it reserved. What was to be a new asset is deleted.
        S3 comes first: where this ends in between, the reservation is kept until it expires, as is
        that of an upload which S3 may have completed: its event is to find the asset there."""
        asset = self._asset(org_id, key)
        gone: NotFound | None = None
        try:
            self.uploads.abort(key, upload_id)
        except NotFound as error:
            gone = error

        def move(known: Asset | None) -> Asset:
            still = _still(known, asset)
            upload = _upload(still, upload_id)
            if gone is not None and (upload is None or upload.completing):
                raise gone
            return lifecycle.without_upload(still, upload_id)

        lifecycle.change(self.catalogue, org_id, asset.id, move)

    def _hold(self, asset: Asset, upload_id: str, size: int) -> Asset:
        """The asset, with room for what the parts are. That the upload is completing says that its
        bytes may be on the originals' side from now on."""
        beside = Beside(limits=self.quotas.of(asset.org_id))
        now = self.clock()
        expires_at = timestamp(now + self.upload_expiry)
        soonest = timestamp(now + lifecycle.PATIENCE)
        unknown = Upload(
            id=upload_id, bytes=0, exact=False, expires_at=expires_at, part_size=PART_BYTES
        )

        def move(known: Asset | None) -> Asset | Step:
            still = _still(known, asset)
            upload = _upload(still, upload_id) or unknown
            if upload.exact and upload.bytes != size:
                raise PartMismatch(
                    f"The parts have {size:,} bytes; presign was told of {upload.bytes:,}."
                )
            held = replace(
                upload,
                bytes=size,
                exact=True,
                completing=True,
                expires_at=max(upload.expires_at, soonest),
            )
            if held == upload:
                return still
            return Step(lifecycle.with_upload(still, held), beside)

        return lifecycle.change(self.catalogue, asset.org_id, asset.id, move)

    def _asset(self, org_id: str, key: str) -> Asset:
        try:
            ref = OriginalKey.parse(key).ref
        except InvalidKey as error:
            raise InvalidRequest(f"key: {error}") from error
        asset = self.catalogue.get(org_id, ref.media_id)
        if asset is None or asset.original_key != key or asset.status is Status.DELETED:
            raise NotFound("There is no asset with this key.")
        return asset

    def _size(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> int | None:
        """Bytes of the named parts; None when the upload was completed before, or never was.

        Which of the two it is, S3 says when it is completed again, as anything but `new`: it can
        overwrite nothing any more, and its own object would stand in its way.
        """
        try:
            sizes = {part.number: part.size for part in self._uploaded(key, upload_id)}
        except NotFound:
            return None
        missing = [number for number, _ in parts if number not in sizes]
        if missing:
            raise PartMismatch(f"Part {missing[0]} was not uploaded.")
        return sum(sizes[number] for number, _ in parts)

    def _uploaded(self, key: str, upload_id: str) -> Iterator[Part]:
        after = 0
        while parts := self.uploads.parts(key, upload_id, after=after, limit=PARTS_AT_ONCE):
            yield from parts
            after = parts[-1].number
            if len(parts) < PARTS_AT_ONCE:
                return


def _upload(asset: Asset, upload_id: str) -> Upload | None:
    return next((upload for upload in asset.uploads if upload.id == upload_id), None)


def _still(known: Asset | None, asset: Asset) -> Asset:
    """The asset as it is by now. Raises NotFound when it was deleted meanwhile."""
    if known is None or known.status is Status.DELETED:
        raise NotFound(f"There is no asset with the key {asset.original_key}.")
    return known
