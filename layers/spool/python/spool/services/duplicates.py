"""Assets of the same content, and pictures that look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spool import similarity
from spool.model import Asset, Status
from spool.services.lookup import live_asset
from spool.services.ports import Catalogue, Fingerprints, Lookalike

CANDIDATES = 2_000
"""Entries of the indexes that are read at most. A look-up among 100,000 photographs takes 152 on
average (bench/duplicates.py), so one among a million takes about 1,500."""
TWINS_AT_ONCE = 100


@dataclass(frozen=True)
class _Match:
    """`distance` is None where one of both has no hash."""

    asset: Asset
    exact: bool
    distance: int | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "match": "exact" if self.exact else "near",
            "distance": self.distance,
            "asset": self.asset.public_record(),
        }


@dataclass(frozen=True, kw_only=True)
class _Near:
    """Ids of what looks alike: the nearest first, then the newest."""

    ids: Sequence[str] = ()
    truncated: bool = False
    indexed: bool = True


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    catalogue: Catalogue
    fingerprints: Fingerprints

    def of(self, org_id: str, media_id: str, *, distance: int, limit: int) -> dict[str, Any]:
        """Other assets of the same bytes, then those whose hash differs in at most `distance` bits:
        the nearest first, then the newest. `truncated` says that there may be more, `indexed`
        whether the picture can be compared at all. Raises NotFound."""
        asset = live_asset(self.catalogue, org_id, media_id)
        near = self._near(asset, distance)
        candidates = dict.fromkeys([*self._twins(asset, limit), *near.ids])
        ids = [candidate for candidate in candidates if candidate != asset.id]
        found = self.fingerprints.assets(org_id, ids[:limit])
        matches = [match for one in found if (match := _compared(asset, one, distance))]
        return {
            "items": [match.to_dict() for match in sorted(_newest_first(matches), key=_rank)],
            "truncated": near.truncated or len(ids) > limit,
            "indexed": near.indexed,
        }

    def _twins(self, asset: Asset, limit: int) -> Sequence[str]:
        """Two more than there is room for: the asset itself, and one that tells of others."""
        if asset.sha256 is None:
            return []
        found = self.fingerprints.same(asset.org_id, asset.sha256, limit + 2)
        return [twin.media_id for twin in found]

    def _near(self, asset: Asset, distance: int) -> _Near:
        own = asset.perceptual_hash
        probes = () if own is None else similarity.probes(own, distance)
        if own is None or not probes:
            return _Near(indexed=False)
        found = self.fingerprints.near(asset.org_id, probes, CANDIDATES)
        return _Near(ids=_ranked(own, found.entries, distance), truncated=found.truncated)


def _ranked(own: str, entries: Sequence[Lookalike], distance: int) -> Sequence[str]:
    """Several bands may have found the same one."""
    newest = sorted(entries, key=lambda entry: entry.position, reverse=True)
    apart = {one.media_id: similarity.distance(own, one.perceptual_hash) for one in newest}
    return sorted((one for one in apart if apart[one] <= distance), key=apart.__getitem__)


def _compared(asset: Asset, other: Asset, distance: int) -> _Match | None:
    """By their records, since the indexes lag behind."""
    if other.status is Status.DELETED:
        return None
    apart = None
    if asset.perceptual_hash is not None and other.perceptual_hash is not None:
        apart = similarity.distance(asset.perceptual_hash, other.perceptual_hash)
    if asset.sha256 is not None and asset.sha256 == other.sha256:
        return _Match(other, exact=True, distance=apart)
    if apart is None or apart > distance:
        return None
    return _Match(other, exact=False, distance=apart)


def _newest_first(matches: Sequence[_Match]) -> Sequence[_Match]:
    return sorted(matches, key=lambda one: (one.asset.uploaded_at, one.asset.id), reverse=True)


def _rank(match: _Match) -> tuple[bool, int]:
    return (False, 0) if match.exact else (True, match.distance or 0)


@dataclass(frozen=True, kw_only=True)
class Content:
    """Bytes that someone has, and where they are to be: `private` None for no matter, `media_id`
    where they are to be a version of that asset."""

    sha256: str
    org_id: str
    project_id: str
    private: bool | None
    media_id: str | None

    def is_of(self, asset: Asset | None) -> bool:
        return (
            asset is not None
            and asset.status is Status.READY
            and asset.sha256 == self.sha256
            and asset.project_id == self.project_id
            and self.private in {None, asset.private}
        )


def holder(content: Content, catalogue: Catalogue, fingerprints: Fingerprints) -> Asset | None:
    """A ready asset of this content where it is to be; the newest of several."""
    if content.media_id is not None:
        ids: Sequence[str] = [content.media_id]
    else:
        twins = fingerprints.same(content.org_id, content.sha256, TWINS_AT_ONCE)
        ids = [
            twin.media_id
            for twin in twins
            if twin.status is Status.READY
            and twin.project_id == content.project_id
            and content.private in {None, twin.private}
        ]
    assets = (catalogue.get(content.org_id, media_id) for media_id in ids)
    return next((asset for asset in assets if content.is_of(asset)), None)
