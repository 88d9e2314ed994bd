"""A place to upload to: one URL, or a multipart upload with a URL for each part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from spool.checksums import Checksum
from spool.errors import (
    Conflict,
    InvalidRequest,
    NoPrivateContent,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from spool.formats import Family, Format, by_content_type
from spool.keys import AssetRef, InvalidKey, safe_filename
from spool.model import Asset, Declaration, Status, Upload, camel, timestamp
from spool.services import lifecycle
from spool.services.duplicates import Content, holder
from spool.services.lifecycle import Step
from spool.services.ports import Beside, Catalogue, Clock, Fingerprints
from spool.services.storage_ports import MAX_PARTS, Presigner, Uploads
from spool.services.usage import Quotas

MIB = 1 << 20
SINGLE_PUT_BYTES = 16 * MIB  # above it an upload should be resumable
PART_BYTES = 8 * MIB
URLS_AT_ONCE = 1_000
GRACE = timedelta(hours=1)
"""How long a PUT may last that began just before its URL expired."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a client wants to upload; at most one of `parts` and `size` (bytes) is given. `private`
    is None for what the project's assets are. `checksum` is of the whole file; where it tells that
    the file is there already, it isn't uploaded again unless `allow_duplicate`."""

    filename: str
    content_type: str
    project_id: str
    media_id: str | None = None
    parts: int | None = None
    size: int | None = None
    private: bool | None = None
    checksum: Checksum | None = None
    allow_duplicate: bool = False


@dataclass(frozen=True, kw_only=True)
class Presigned:
    """Where and how to upload. `headers` is what each PUT must send beside its body's length.

    A single PUT has neither `upload_id` nor `part_size`. A multipart upload of more than 1,000
    parts gets the URLs of the first 1,000 here. There are none where the file is there already, as
    `duplicate_of`, which `key` and `media_id` then name.
    """

    bucket: str
    key: str
    media_id: str
    upload_id: str | None
    part_size: int | None
    expires_at: str
    headers: Mapping[str, str]
    presigned_urls: Sequence[str]
    duplicate_of: Asset | None = None

    def to_dict(self) -> dict[str, Any]:
        values = {camel(name): getattr(self, name) for name in self.__dataclass_fields__}
        there = self.duplicate_of
        return {**values, "duplicateOf": None if there is None else there.public_record()}


@dataclass(frozen=True)
class _Parts:
    """How a multipart upload is cut."""

    count: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Presigning:
    """`url_expiry` is in seconds; `upload_expiry` is that of a multipart upload; `bytes_limits`
    names the families that are taken. Assets may be private where the CDN has a key to serve them,
    `private_content`; those of `private_projects`, as `{orgId}/{projectId}`, are unless the client
    says otherwise."""

    catalogue: Catalogue
    fingerprints: Fingerprints
    presigner: Presigner
    uploads: Uploads
    quotas: Quotas
    url_expiry: int
    upload_expiry: timedelta
    bytes_limits: Mapping[Family, int]
    private_content: bool
    private_projects: Collection[str]
    clock: Clock
    new_media_id: Callable[[], str]
    new_upload_id: Callable[[], str]

    def presign(self, org_id: str, wish: Wish, correlation_id: str) -> Presigned:
        """Reserve the asset, or a new version of it, and room for its bytes: where nobody says how
        many, for the most that are taken. Then sign the upload. Nothing of that where the file is
        there already. Raises RequestError."""
        fmt = _allowed_format(wish.content_type)
        limit = self.bytes_limits[fmt.family]
        parts = self._cut(wish, limit)
        ref, declaration = self._declared(org_id, wish, correlation_id)
        there = self._there(ref, wish)
        if there is not None:
            return replace(self._presigned(there, {}, []), duplicate_of=there)
        upload = self._upload(wish, parts, limit)
        asset = self._reserve(ref, wish, fmt, declaration, upload)
        if parts is None:
            return self._single(asset, wish)
        return self._multipart(asset, wish, parts, upload)

    def _upload(self, wish: Wish, parts: _Parts | None, limit: int) -> Upload:
        lifetime = timedelta(seconds=self.url_expiry) + GRACE if parts is None else None
        return Upload(
            id=self.new_upload_id(),
            bytes=limit if wish.size is None else wish.size,
            exact=wish.size is not None,
            expires_at=timestamp(self.clock() + (lifetime or self.upload_expiry)),
            part_size=None if parts is None else parts.size,
        )

    def _cut(self, wish: Wish, limit: int) -> _Parts | None:
        """None for a single PUT. Where only the number of parts is known, each is as large as the
        largest file that is taken makes it."""
        if wish.size is not None and wish.parts is not None:
            raise InvalidRequest("parts and size can't both be given.")
        if wish.size == 0:
            raise InvalidRequest("The file is empty: its size is 0 bytes.")
        if wish.size is not None and wish.size > limit:
            raise PayloadTooLarge(f"size is {wish.size:,} bytes; at most {limit:,} are allowed.")
        in_parts = wish.parts is not None or (wish.size or 0) > SINGLE_PUT_BYTES
        if wish.checksum is not None and wish.checksum.sha256 is None and in_parts:
            raise InvalidRequest(
                "checksum is for a file in one piece: of one in parts, complete is given it."
            )
        if wish.size is not None and wish.size > SINGLE_PUT_BYTES:
            part_size = max(PART_BYTES, _ceil(wish.size, MAX_PARTS))
            return _Parts(_ceil(wish.size, part_size), part_size)
        if wish.parts is not None:
            return _Parts(wish.parts, max(PART_BYTES, _ceil(limit, wish.parts)))
        return None

    def _declared(
        self, org_id: str, wish: Wish, correlation_id: str
    ) -> tuple[AssetRef, Declaration]:
        try:
            media_id = self.new_media_id() if wish.media_id is None else wish.media_id
            ref = AssetRef(org_id, wish.project_id, media_id)
            return ref, Declaration(safe_filename(wish.filename), correlation_id)
        except InvalidKey as error:
            raise InvalidRequest(str(error)) from error

    def _there(self, ref: AssetRef, wish: Wish) -> Asset | None:
        """An asset that holds the file already. S3 has no SHA-256 of a file in parts, so of such a
        one the checksum is for this alone."""
        digest = None if wish.checksum is None else wish.checksum.sha256
        if digest is None or wish.allow_duplicate:
            return None
        content = Content(
            sha256=digest,
            org_id=ref.org_id,
            project_id=ref.project_id,
            private=wish.private,
            media_id=wish.media_id,
        )
        return holder(content, self.catalogue, self.fingerprints)

    def _reserve(
        self, ref: AssetRef, wish: Wish, fmt: Format, declaration: Declaration, upload: Upload
    ) -> Asset:
        private = self._is_private(ref, wish)
        beside = Beside(limits=self.quotas.of(ref.org_id))

        def move(asset: Asset | None) -> Step:
            if asset is None:
                new = self._new_asset(ref, fmt, declaration, private=private)
                return Step(lifecycle.declared(new, declaration, upload), beside)
            if wish.private not in {None, asset.private}:
                raise Conflict("private is changed by PATCH /assets/{id}, not by a new version.")
            if asset.project_id != ref.project_id:
                raise Conflict("mediaId is taken in another project.")
            if asset.status is Status.DELETED:
                raise Conflict("mediaId was deleted and can't be used again.")
            return Step(lifecycle.declared(asset, declaration, upload), beside)

        if wish.media_id is None:  # an id that was just made is nobody's
            return lifecycle.change_known(self.catalogue, None, ref.org_id, ref.media_id, move)
        return lifecycle.change(self.catalogue, ref.org_id, ref.media_id, move)

    def _is_private(self, ref: AssetRef, wish: Wish) -> bool:
        if wish.private and not self.private_content:
            raise NoPrivateContent
        return ref.project in self.private_projects if wish.private is None else wish.private

    def _new_asset(
        self, ref: AssetRef, fmt: Format, declaration: Declaration, *, private: bool
    ) -> Asset:
        return Asset(
            id=ref.media_id,
            org_id=ref.org_id,
            project_id=ref.project_id,
            filename=declaration.filename,
            original_key=ref.original(declaration.filename),
            status=Status.UPLOADING,
            uploaded_at=timestamp(self.clock()),
            type=fmt.family,
            content_type=fmt.content_type,
            correlation_id=declaration.correlation_id,
            private=private,
            rev=0,
        )

    def _single(self, asset: Asset, wish: Wish) -> Presigned:
        headers = {"content-type": wish.content_type}
        if asset.version_id is None:
            headers["if-none-match"] = "*"
        if wish.checksum is not None:
            headers |= wish.checksum.headers
        length = {} if wish.size is None else {"content-length": str(wish.size)}
        url = self.presigner.put(asset.original_key, {**headers, **length}, self.url_expiry)
        return self._presigned(asset, headers, [url])

    def _multipart(self, asset: Asset, wish: Wish, parts: _Parts, upload: Upload) -> Presigned:
        """What S3 gives an id was reserved before: where this ends in between, that expires."""
        key = asset.original_key
        upload_id = self.uploads.create(key, wish.content_type)

        def move(known: Asset | None) -> Asset:
            if known is None:
                raise Conflict(f"{asset.id} was removed meanwhile.")
            return lifecycle.bound(known, upload.id, upload_id)

        lifecycle.change_known(self.catalogue, asset, asset.org_id, asset.id, move)
        urls = [
            self.presigner.part(key, upload_id, number, self.url_expiry)
            for number in range(1, min(parts.count, URLS_AT_ONCE) + 1)
        ]
        return self._presigned(asset, {}, urls, upload_id, parts.size)

    def _presigned(
        self,
        asset: Asset,
        headers: Mapping[str, str],
        urls: Sequence[str],
        upload_id: str | None = None,
        part_size: int | None = None,
    ) -> Presigned:
        return Presigned(
            bucket=self.presigner.bucket,
            key=asset.original_key,
            media_id=asset.id,
            upload_id=upload_id,
            part_size=part_size,
            expires_at=expiry(self.clock, self.url_expiry),
            headers=headers,
            presigned_urls=urls,
        )


def expiry(clock: Clock, seconds: int) -> str:
    """When a URL that is signed now stops working."""
    return timestamp(clock() + timedelta(seconds=seconds))


def _allowed_format(content_type: str) -> Format:
    fmt = by_content_type(content_type)
    if fmt is None:
        raise UnsupportedMediaType(f"contentType {content_type} is not one that Spool takes.")
    return fmt


def _ceil(amount: int, unit: int) -> int:
    return -(-amount // unit)
