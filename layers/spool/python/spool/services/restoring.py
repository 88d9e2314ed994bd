"""An older version of an original becomes its newest: as a copy, so that none is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spool.errors import NotFound
from spool.model import Asset, Declaration, Status, Upload, Version, timestamp
from spool.quotas import Limits
from spool.services import lifecycle
from spool.services.lifecycle import Step
from spool.services.ports import Beside, Catalogue, Clock
from spool.services.storage_ports import OriginalVersions

Move = Callable[[Asset], Asset | Step]


@dataclass(frozen=True, kw_only=True)
class Restorer:
    catalogue: Catalogue
    originals: OriginalVersions
    clock: Clock
    new_upload_id: Callable[[], str]

    def restore(
        self, asset: Asset, version: Version, correlation_id: str, limits: Limits | None
    ) -> Asset:
        """Make a new version of the bytes of this one, which is then processed as any other; the
        asset as it is. Raises NotFound where either is gone, and QuotaExceeded."""
        upload = Upload(
            id=self.new_upload_id(),
            bytes=version.bytes,
            exact=True,
            completing=True,
            expires_at=timestamp(self.clock() + lifecycle.PATIENCE),
        )
        declaration = Declaration(version.filename, correlation_id)
        beside = Beside(limits=limits)
        reserved = change_live(
            self.catalogue,
            asset,
            lambda known: Step(lifecycle.declared(known, declaration, upload), beside),
        )
        try:
            self.originals.restore(asset.original_key, version.id)
        except NotFound:
            change_live(
                self.catalogue, asset, lambda known: lifecycle.without_upload(known, upload.id)
            )
            raise
        return reserved


def change_live(catalogue: Catalogue, asset: Asset, move: Move) -> Asset:
    """`lifecycle.change`. Raises NotFound where the asset is gone by now."""

    def known(now: Asset | None) -> Asset | Step:
        if now is None or now.status is Status.DELETED:
            raise NotFound(f"There is no asset {asset.id}.")
        return move(now)

    return lifecycle.change(catalogue, asset.org_id, asset.id, known)


def forget_version(catalogue: Catalogue, asset: Asset, version: Version) -> None:
    """S3 doesn't have it any more, and so it counts no longer; once or more often. Raises
    NotFound."""

    def move(known: Asset) -> Step | Asset:
        if catalogue.version(known.ref, version.id) is None:
            return known
        return lifecycle.without_version(known, version)

    change_live(catalogue, asset, move)
