"""An asset's record, made of what outlives the catalogue: its manifest, and S3's versions of its
original. Plain values in and out.

What S3 does not say: see docs/operations.md.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from operate.checks import StoredVersion
from spool.errors import AssetErrorCode
from spool.events import SEQUENCER_DIGITS
from spool.keys import OriginalKey
from spool.model import Asset, AssetError, Status, Version, timestamp

STAGE = "rebuild"
OLDEST = "0" * SEQUENCER_DIGITS
"""A sequencer before all of S3's, which no listing tells: a version whose event comes after the
rebuild is newer, as it was stored later; those that were listed are known by their ids."""
LEAP = 1000
"""Added to `rev`: who follows the news leaves out what has a lower one than was heard, and the
writes since the manifest's are not known."""

_UNMADE = (
    "Its catalogue was rebuilt, and nothing says what became of this version. Process it again."
)


def newest_manifest(manifests: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """That of the last version that became ready; of one that was being moved, either."""
    return max(manifests, key=lambda found: (found["rev"], found["tag"]), default=None)


def recreated(
    key: OriginalKey,
    stored: Sequence[StoredVersion],
    manifest: Mapping[str, Any] | None,
    numbers: Mapping[str, int],
    *,
    private: bool,
    now: str,
) -> Asset:
    """The asset of `stored`, the newest first and at least one, whose versions have these
    `numbers`. It holds no bytes yet. One without a manifest is as `private` as is said here."""
    newest = stored[0]
    version: dict[str, Any] = {
        "version_id": newest.id,
        "version_number": numbers[newest.id],
        "sequencer": OLDEST,
        "versions_seen": max(numbers.values()),
        "stored_bytes": 0,
    }
    failure = AssetError(AssetErrorCode.INTERNAL, _UNMADE, STAGE, now)
    if manifest is None:
        return Asset(
            id=key.ref.media_id,
            org_id=key.ref.org_id,
            project_id=key.ref.project_id,
            filename=key.filename,
            original_key=str(key),
            status=Status.FAILED,
            uploaded_at=timestamp(stored[-1].at),
            rev=LEAP,
            private=private,
            bytes=newest.size,
            error=failure,
            **version,
        )
    made = Asset.from_record({**manifest, "status": Status.READY, "error": None})
    asset = replace(made, rev=made.rev + LEAP, **version)
    if made.version_id == newest.id:
        return asset
    return replace(asset, status=Status.FAILED, attempt=1, error=failure)


def numbered(stored: Sequence[StoredVersion], known: Mapping[str, int]) -> dict[str, int]:
    """Version id → number of all that are `stored`, the newest first: what is `known`, the others
    counted from 1 in the order in which they were stored."""
    numbers: dict[str, int] = {}
    taken, last = set(known.values()), 0
    for version in reversed(stored):
        number = known.get(version.id)
        if number is None:
            number = last + 1
            while number in taken:
                number += 1
        numbers[version.id] = number
        taken.add(number)
        last = number
    return numbers


def unnamed(
    asset: Asset, stored: Sequence[StoredVersion], named: Container[str]
) -> list[StoredVersion]:
    """Those of `stored`, the newest first, that the catalogue should name and doesn't, the oldest
    first. What is newer than the asset's newest is on its way, or the intake's to admit."""
    ids = [version.id for version in stored]
    if asset.version_id not in ids:
        return []
    settled = stored[ids.index(asset.version_id) :]
    return [version for version in reversed(settled) if version.id not in named]


def version_of(stored: StoredVersion, number: int, filename: str) -> Version:
    return Version(
        id=stored.id,
        number=number,
        bytes=stored.size,
        filename=filename,
        arrived_at=timestamp(stored.at),
    )
