"""Uploads that never came give back what they held."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from spool.errors import NotFound, Superseded, Transient
from spool.model import Asset, timestamp
from spool.services import lifecycle
from spool.services.ports import Catalogue, Clock
from spool.services.storage_ports import Objects, Uploads

AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Sweep:
    catalogue: Catalogue
    uploads: Uploads
    originals: Objects
    clock: Clock

    def run(self, has_time: Callable[[], bool]) -> int:
        """Give back what has expired, round after round while there is something and `has_time`;
        how many uploads it was. An asset that nothing will come for any more is deleted; one whose
        object is there waits for the event, which may have to be sent again.

        One that can't be swept now keeps no other from it. Raises Transient at the end then.
        """
        swept, left = 0, ""
        while has_time() and not left:
            now = timestamp(self.clock())
            assets = self.catalogue.expired(now, AT_ONCE)
            for asset in assets:
                try:
                    swept += self._swept(asset, now)
                except Transient as error:
                    left = f"{asset.ref.path}: {error}"
            if len(assets) < AT_ONCE:
                break
        if left:
            raise Transient(f"Swept {swept} uploads, and not those of {left}")
        return swept

    def _swept(self, asset: Asset, now: str) -> int:
        """S3 comes first, as in an abort. What completes meanwhile expires later, or has an event,
        which counts it anew."""
        expired = _expired(asset, now)
        for upload in asset.uploads:
            if upload.id in expired and upload.is_multipart:
                with suppress(NotFound):
                    self.uploads.abort(asset.original_key, upload.id)

        def move(known: Asset | None) -> Asset:
            if known is None:
                raise Superseded(f"{asset.id} is gone.")
            due = _expired(known, now)
            left = lifecycle.without_upload(known, *due)
            if left.status is not known.status and self._has_come(known):
                later = timestamp(self.clock() + lifecycle.PATIENCE)
                return lifecycle.postponed(known, later, *due)
            return left

        with suppress(Superseded):
            lifecycle.change(self.catalogue, asset.org_id, asset.id, move)
        return len(expired)

    def _has_come(self, asset: Asset) -> bool:
        try:
            self.originals.head(asset.original_key)
        except NotFound:
            return False
        return True


def _expired(asset: Asset, now: str) -> list[str]:
    return [upload.id for upload in asset.uploads if upload.expires_at < now]
