"""Reading assets: one, or a page of many."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Any

from spool.errors import InvalidRequest
from spool.model import Asset, Status
from spool.services.jobs import JobId, newest_transcode
from spool.services.lookup import known_asset
from spool.services.ports import AssetQuery, Catalogue, Transcodes

_POSITION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Listing:
    catalogue: Catalogue
    transcodes: Transcodes

    def one(self, org_id: str, media_id: str) -> dict[str, Any]:
        """The public record, also of a deleted asset, and how far a video's transcoding is. Raises
        NotFound."""
        asset = known_asset(self.catalogue, org_id, media_id)
        return {**asset.public_record(), **self._progress(asset)}

    def _progress(self, asset: Asset) -> dict[str, Any]:
        """`progress` and `jobId` of the run that is transcoding the asset, if one is."""
        if asset.status is not Status.PROCESSING:
            return {}
        transcode = newest_transcode(self.transcodes, asset)
        if transcode is None:
            return {}
        return {
            "progress": {"percent": transcode.percent or 0},
            "jobId": str(JobId.newest(asset)),
        }

    def page(self, query: AssetQuery, cursor: str | None) -> dict[str, Any]:
        """`items` and the `cursor` of the next page, null at the end; deleted assets only when
        asked for. A page may hold fewer than `limit`. Raises InvalidRequest."""
        after = None if cursor is None else _position(cursor, query)
        page = self.catalogue.find(replace(query, after=after))
        items = [asset.public_record() for asset in page.assets]
        return {"items": items, "cursor": None if page.next is None else _cursor(page.next)}


def _cursor(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def _position(cursor: str, query: AssetQuery) -> str:
    """The inverse. What comes back from a client is checked: it becomes a part of a table key, and
    DynamoDB takes no start outside the times that are asked for."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        position = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("cursor is not one that a list gave.") from error
    if not _POSITION.fullmatch(position):
        raise InvalidRequest("cursor is not one that a list gave.")
    at = position.partition("#")[0]
    if not (query.since or at) <= at <= (query.until or at):
        raise InvalidRequest("cursor is that of a list with another from or to.")
    return position
