"""What a client may do to an asset: delete it, make it private or public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spool.errors import Conflict, NoPrivateContent
from spool.keys import is_media_id, is_private
from spool.model import Asset, Status
from spool.services import lifecycle
from spool.services.lookup import unknown
from spool.services.ports import Catalogue


@dataclass(frozen=True, kw_only=True)
class AssetManager:
    """Assets may be private where the CDN has a key to serve them, `private_content`. Every method
    raises NotFound for an asset that never was, and returns the public record."""

    catalogue: Catalogue
    private_content: bool

    def delete(self, org_id: str, media_id: str) -> tuple[dict[str, Any], bool]:
        """Also whether it wasn't deleted already. What it consists of goes soon after."""
        before, after = self._change(org_id, media_id, lifecycle.deleted)
        return after.public_record(), after is not before

    def set_access(self, org_id: str, media_id: str, *, private: bool) -> dict[str, Any]:
        """`tag` and `processed` follow once everything has been moved. Raises InvalidRequest, and
        Conflict unless the asset is ready and its last change of this kind is through."""
        if private and not self.private_content:
            raise NoPrivateContent

        def move(asset: Asset) -> Asset:
            if asset.status is not Status.READY or asset.tag is None:
                raise Conflict(f"{asset.id} is {asset.status}: only a ready asset can be changed.")
            if asset.private is not private and is_private(asset.tag) is not asset.private:
                raise Conflict(f"{asset.id} is still being moved. Try again in a minute.")
            return lifecycle.with_access(asset, private=private)

        _, after = self._change(org_id, media_id, move)
        return after.public_record()

    def _change(
        self, org_id: str, media_id: str, move: Callable[[Asset], Asset]
    ) -> tuple[Asset, Asset]:
        seen: list[Asset] = []

        def known(asset: Asset | None) -> Asset:
            if asset is None:
                raise unknown(media_id)
            seen.append(asset)
            return move(asset)

        if not is_media_id(media_id):
            raise unknown(media_id)
        after = lifecycle.change(self.catalogue, org_id, media_id, known)
        return seen[-1], after
