from __future__ import annotations

from pydantic import Field

from spool.model import Status
from spool.requests import ListQuery, Query
from spool.services.ports import AssetQuery
from spool.similarity import FARTHEST


class AssetsQuery(ListQuery):
    """`GET /assets`: newest first; `from` and `to` bound the time of upload, UTC if not said."""

    status: Status | None = None

    def query(self, org_id: str) -> AssetQuery:
        return AssetQuery(org_id=org_id, status=self.status, **self.narrowed())


class DuplicatesQuery(Query):
    """`GET /assets/{id}/duplicates`: `distance` is in bits of the perceptual hash, 0 what is hardly
    to be told apart."""

    distance: int = Field(default=FARTHEST, ge=0, le=FARTHEST)
    limit: int = Field(default=50, ge=1, le=100)
