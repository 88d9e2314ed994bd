"""What must agree of one asset, one object, one upload: plain values in, findings out.

`settled` says of a moment that what began then has had its time: younger things are on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from operate.findings import Finding
from spool.keys import InvalidKey, OriginalKey
from spool.model import Asset, Status, Version

Settled = Callable[[datetime], bool]


@dataclass(frozen=True, kw_only=True)
class StoredVersion:
    """A version of an object in S3: its size in bytes and when it was stored."""

    id: str
    size: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OpenUpload:
    """A multipart upload that S3 knows."""

    key: str
    id: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Holding:
    """An asset and all that there is of it. `stored` are S3's versions of its original, the newest
    first, `hidden` when a delete marker is newer; `open_uploads` the ids of those of its multipart
    uploads that S3 knows; `has_manifest` whether one is under its tag."""

    asset: Asset
    versions: Sequence[Version]
    stored: Sequence[StoredVersion]
    hidden: bool
    open_uploads: Container[str]
    has_manifest: bool


def asset_findings(held: Holding, settled: Settled, overdue: str) -> Iterator[Finding]:
    """Of an asset that is not deleted. Reservations should have been swept that expired before the
    timestamp `overdue`."""
    yield from _sums(held)
    yield from _objects(held, settled)
    yield from _newest(held)
    yield from _uploads(held, overdue)
    asset = held.asset
    if asset.status is Status.READY and asset.tag is None:
        yield _of(asset, "manifest", "it is ready, and has no tag")
    if asset.tag is not None and not held.has_manifest:
        yield _of(asset, "manifest", f"no manifest.json under its tag {asset.tag}")


def _sums(held: Holding) -> Iterator[Finding]:
    asset = held.asset
    total = sum(version.bytes for version in held.versions)
    if asset.stored_bytes != total:
        said = f"storedBytes says {asset.stored_bytes:,}, its versions have {total:,} bytes"
        yield _of(asset, "stored-bytes", said)
    highest = max((version.number for version in held.versions), default=0)
    if asset.versions_seen < highest:
        said = f"versionsSeen says {asset.versions_seen}, a version has the number {highest}"
        yield _of(asset, "versions-seen", said)


def _objects(held: Holding, settled: Settled) -> Iterator[Finding]:
    """Versions that the catalogue names and S3 keeps, each against the other."""
    asset = held.asset
    stored = {version.id: version for version in held.stored}
    for version in held.versions:
        found = stored.pop(version.id, None)
        if found is None:
            said = f"S3 has no such version of {asset.original_key}"
            yield _of(asset, "version-object", said, f" version {version.id}")
        elif found.size != version.bytes:
            said = f"it has {found.size:,} bytes in S3, {version.bytes:,} in the catalogue"
            yield _of(asset, "version-size", said, f" version {version.id}")
    for unnamed in stored.values():
        if settled(unnamed.at):
            said = f"S3 keeps its {unnamed.size:,} bytes, and the catalogue doesn't name it"
            yield _of(asset, "unnamed-version", said, f" version {unnamed.id}")


def _newest(held: Holding) -> Iterator[Finding]:
    """What `_objects` names is left to it."""
    asset = held.asset
    if held.hidden:
        yield _of(asset, "hidden", f"a delete marker is the newest of {asset.original_key}")
    numbers = {version.id: version.number for version in held.versions}
    known = [version.id for version in held.stored if version.id in numbers]
    if asset.version_id is None:
        if numbers:
            yield _of(asset, "newest", "it has versions, and names none of them its newest")
        return
    if asset.version_id not in {version.id for version in held.stored}:
        if asset.version_id not in numbers:
            said = f"its version {asset.version_id} is neither in S3 nor among its versions"
            yield _of(asset, "newest", said)
    elif known and asset.version_id in numbers and known[0] != asset.version_id:
        yield _of(asset, "newest", f"it is at {asset.version_id}, and S3's newest is {known[0]}")
    if numbers.get(asset.version_id, asset.version_number) != asset.version_number:
        said = f"it is at version {asset.version_number}, which is {numbers[asset.version_id]}"
        yield _of(asset, "newest", said)


def _uploads(held: Holding, overdue: str) -> Iterator[Finding]:
    asset = held.asset
    for upload in asset.uploads:
        subject = f" upload {upload.id}"
        if upload.expires_at < overdue:
            said = f"it holds {upload.bytes:,} bytes and expired at {upload.expires_at}: the sweep"
            yield _of(asset, "overdue-reservation", f"{said} isn't running", subject)
        elif upload.is_multipart and not upload.completing and upload.id not in held.open_uploads:
            said = f"it holds {upload.bytes:,} bytes, and S3 knows no such upload"
            yield _of(asset, "unknown-upload", said, subject)


def object_findings(
    key: str, stored: Sequence[StoredVersion], asset: Asset | None, settled: Settled
) -> Iterator[Finding]:
    """Of an original in S3, and the asset of its media id. The versions of a live one are not
    looked at here."""
    lasting = [version for version in stored if settled(version.at)]
    size = f"{len(stored)} version(s), {sum(version.size for version in stored):,} bytes"
    try:
        OriginalKey.parse(key)
    except InvalidKey as error:
        if stored:
            said = f"outside the scheme ({error}): {size}"
            yield Finding(check="outside-scheme", subject=key, message=said)
        return
    if asset is None:
        if lasting:
            yield Finding(check="no-asset", subject=key, message=f"of no asset: {size}")
    elif asset.original_key != key:
        if lasting:
            said = f"its asset is at {asset.original_key}: {size}"
            yield Finding(check="other-key", subject=key, message=said)
    elif asset.status is Status.DELETED and lasting:
        yield Finding(check="deleted-asset", subject=key, message=f"of a deleted asset: {size}")


def upload_findings(upload: OpenUpload, asset: Asset | None, settled: Settled) -> Iterator[Finding]:
    """Of a multipart upload in S3, and the asset of its key."""
    reserved = asset is not None and upload.id in {one.id for one in asset.uploads}
    if not reserved and settled(upload.since):
        yield Finding(
            check="unreserved-upload",
            subject=f"{upload.key} upload {upload.id}",
            message=f"S3 has it since {upload.since.isoformat()}, and no asset reserves its bytes",
        )


def _of(asset: Asset, check: str, message: str, part: str = "") -> Finding:
    return Finding(check=check, subject=f"{asset.ref.path}{part}", message=message)
