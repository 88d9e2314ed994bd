from __future__ import annotations

from pydantic import Field

from spool.formats import Family
from spool.keys import SLUG
from spool.model import Status
from spool.requests import Bounds, Page, Query
from spool.services.ports import AssetQuery
from spool.similarity import FARTHEST


class AssetsQuery(Page, Bounds):
    """`GET /assets`: newest first; `from` and `to` bound the time of upload, UTC if not said."""

    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    status: Status | None = None
    type: Family | None = None

    def query(self, org_id: str) -> AssetQuery:
        since, until = self.bounds
        return AssetQuery(
            org_id=org_id,
            limit=self.limit,
            project_id=self.project_id,
            status=self.status,
            type=self.type,
            since=since,
            until=until,
        )


class DuplicatesQuery(Query):
    """`GET /assets/{id}/duplicates`: `distance` is in bits of the perceptual hash, 0 what is hardly
    to be told apart."""

    distance: int = Field(default=FARTHEST, ge=0, le=FARTHEST)
    limit: int = Field(default=50, ge=1, le=100)
