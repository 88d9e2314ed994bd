"""Reading assets: one, or a page of many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from spool.jobs import JobId
from spool.model import Asset, Status
from spool.services.cursors import Cursors, List
from spool.services.jobs import newest_transcode
from spool.services.lookup import known_asset
from spool.services.ports import AssetQuery, Catalogue
from spool.services.run_ports import Transcodes


@dataclass(frozen=True, kw_only=True)
class Listing:
    catalogue: Catalogue
    transcodes: Transcodes
    cursors: Cursors

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
        bound = _list(query)
        after = None if cursor is None else self.cursors.position(cursor, bound)
        page = self.catalogue.find(replace(query, after=after))
        items = [asset.public_record() for asset in page.assets]
        more = None if page.next is None else self.cursors.issue(page.next, bound)
        return {"items": items, "cursor": more}


def _list(query: AssetQuery) -> List:
    """Whose list, and which. Pages of one may differ in their limits."""
    return (
        query.org_id,
        "assets",
        query.project_id,
        query.status,
        query.type,
        query.since,
        query.until,
    )
