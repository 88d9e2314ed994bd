"""The asset that a client names."""

from __future__ import annotations

from spool.errors import NotFound
from spool.keys import is_media_id
from spool.model import Asset, Status
from spool.services.ports import Catalogue


def known_asset(catalogue: Catalogue, org_id: str, media_id: str) -> Asset:
    """The asset, also a deleted one; `media_id` is any text. Raises NotFound."""
    asset = catalogue.get(org_id, media_id) if is_media_id(media_id) else None
    if asset is None:
        raise unknown(media_id)
    return asset


def live_asset(catalogue: Catalogue, org_id: str, media_id: str) -> Asset:
    """`known_asset`, unless it was deleted."""
    asset = known_asset(catalogue, org_id, media_id)
    if asset.status is Status.DELETED:
        raise unknown(media_id)
    return asset


def unknown(media_id: str) -> NotFound:
    return NotFound(f"There is no asset {media_id}.")
