from __future__ import annotations

from datetime import UTC, datetime

from pydantic import Field

from spool.formats import Family
from spool.keys import SLUG
from spool.model import Status, timestamp
from spool.requests import Query
from spool.services.ports import AssetQuery


class AssetsQuery(Query):
    """`GET /assets`: newest first; `from` and `to` bound the time of upload, UTC if not said."""

    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    status: Status | None = None
    type: Family | None = None
    since: datetime | None = Field(default=None, alias="from")
    until: datetime | None = Field(default=None, alias="to")
    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200)

    def query(self, org_id: str) -> AssetQuery:
        return AssetQuery(
            org_id=org_id,
            limit=self.limit,
            project_id=self.project_id,
            status=self.status,
            type=self.type,
            since=_utc(self.since),
            until=_utc(self.until),
        )


def _utc(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
