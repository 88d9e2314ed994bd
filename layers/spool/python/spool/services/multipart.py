"""What a client does with its multipart upload once it has begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spool.errors import Conflict, InvalidRequest, NotFound, PartMismatch, PayloadTooLarge
from spool.formats import Family
from spool.keys import InvalidKey, OriginalKey
from spool.model import Asset, Status
from spool.services.cursors import Cursors
from spool.services.ports import Catalogue, Clock, Part, Presigner, Uploads
from spool.services.presigning import expiry

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
    """Uploaded parts by number; `cursor` goes on after them when there may be more."""

    parts: Sequence[Part]
    cursor: str | None

    def to_dict(self) -> dict[str, Any]:
        items = [{"partNumber": p.number, "etag": p.etag, "size": p.size} for p in self.parts]
        return {"items": items, "cursor": self.cursor}


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
    url_expiry: int
    bytes_limits: Mapping[Family, int]
    cursors: Cursors
    clock: Clock

    def complete(
        self, org_id: str, key: str, upload_id: str, parts: Sequence[tuple[int, str]]
    ) -> Completed:
        """Make the object of its parts; repeatable for as long as S3 remembers the upload, also
        while the first call is still at work.

        Raises PartMismatch, PayloadTooLarge (and then aborts the upload), and Conflict when another
        upload has created the new asset.
        """
        asset = self._asset(org_id, key)
        size = self._size(key, upload_id, parts)
        limit = self.bytes_limits[asset.type or Family.IMAGE]
        if size is not None and size > limit:
            self.uploads.abort(key, upload_id)
            raise PayloadTooLarge(f"The parts have {size:,} bytes; at most {limit:,} are allowed.")
        new = asset.version_id is None and size is not None
        try:
            self.uploads.complete(key, upload_id, parts, new=new)
        except Conflict:
            if self._size(key, upload_id, parts) is not None:
                raise
            self.uploads.complete(key, upload_id, parts, new=False)
        return Completed(self.presigner.bucket, key, asset.id)

    def parts(self, org_id: str, key: str, upload_id: str, *, cursor: str | None) -> PartPage:
        """The next 1,000 of the parts that S3 has."""
        bound = (org_id, "parts", key, upload_id)
        after = 0 if cursor is None else int(self.cursors.position(cursor, bound))
        self._asset(org_id, key)
        parts = self.uploads.parts(key, upload_id, after=after, limit=PARTS_AT_ONCE)
        if len(parts) < PARTS_AT_ONCE:
            return PartPage(parts, None)
        return PartPage(parts, self.cursors.issue(str(parts[-1].number), bound))

    def urls(self, org_id: str, key: str, upload_id: str, numbers: Sequence[int]) -> RenewedUrls:
        """Fresh URLs for the parts of these numbers."""
        self._asset(org_id, key)
        self.uploads.parts(key, upload_id, after=0, limit=1)  # raises NotFound
        urls = [self.presigner.part(key, upload_id, n, self.url_expiry) for n in numbers]
        return RenewedUrls(urls, expiry(self.clock, self.url_expiry))

    def abort(self, org_id: str, key: str, upload_id: str) -> None:
        """Drop the upload and its parts."""
        self._asset(org_id, key)
        self.uploads.abort(key, upload_id)

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
