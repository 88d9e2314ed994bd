"""The versions of an asset's original: list them, restore one, remove one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spool.errors import Conflict, NotFound
from spool.model import Asset, Version
from spool.services.cursors import Cursors
from spool.services.lookup import live_asset
from spool.services.ports import Catalogue
from spool.services.restoring import Restorer, forget_version
from spool.services.storage_ports import OriginalVersions
from spool.services.usage import Quotas


@dataclass(frozen=True, kw_only=True)
class VersionDesk:
    """Every method raises NotFound for an asset, or a version of it, that isn't there."""

    catalogue: Catalogue
    originals: OriginalVersions
    restorer: Restorer
    quotas: Quotas
    cursors: Cursors

    def page(self, org_id: str, media_id: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """The newest first. Raises InvalidRequest for a cursor that this list did not give."""
        bound = (org_id, "versions", media_id)
        before = None if cursor is None else int(self.cursors.position(cursor, bound))
        asset = live_asset(self.catalogue, org_id, media_id)
        versions = sorted(self.catalogue.versions(asset.ref), key=lambda v: v.number, reverse=True)
        rest = [one for one in versions if before is None or one.number < before]
        page = rest[:limit]
        more = self.cursors.issue(str(page[-1].number), bound) if len(rest) > limit else None
        return {"items": [_view(version, asset) for version in page], "cursor": more}

    def restore(
        self, org_id: str, media_id: str, version_id: str, correlation_id: str
    ) -> dict[str, Any]:
        """Make a new version of the bytes of this one, which is then processed as any other; the
        asset as it is. Raises Conflict for the newest, and QuotaExceeded."""
        asset, version = self._find(org_id, media_id, version_id)
        if version.id == asset.version_id:
            raise Conflict(f"Version {version.number} is the newest already.")
        limits = self.quotas.of(org_id)
        return self.restorer.restore(asset, version, correlation_id, limits).public_record()

    def remove(self, org_id: str, media_id: str, version_id: str) -> None:
        """Remove an older version for good. Raises Conflict for the newest. S3 comes first: where
        this ends in between, the version is counted until it is removed again."""
        asset, version = self._find(org_id, media_id, version_id)
        _check_older(asset, version)
        self.originals.remove(asset.original_key, version.id)
        forget_version(self.catalogue, asset, version)

    def _find(self, org_id: str, media_id: str, version_id: str) -> tuple[Asset, Version]:
        asset = live_asset(self.catalogue, org_id, media_id)
        version = self.catalogue.version(asset.ref, version_id)
        if version is None:
            raise NotFound(f"{asset.id} has no version {version_id}.")
        return asset, version


def _check_older(asset: Asset, version: Version) -> None:
    if version.id == asset.version_id:
        raise Conflict(
            f"Version {version.number} is the newest: restore another first, or delete the asset."
        )


def _view(version: Version, asset: Asset) -> dict[str, Any]:
    return {
        "versionId": version.id,
        "versionNumber": version.number,
        "bytes": version.bytes,
        "filename": version.filename,
        "arrivedAt": version.arrived_at,
        "newest": version.id == asset.version_id,
    }
