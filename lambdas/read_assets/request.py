from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from spool.formats import Family
from spool.keys import SLUG
from spool.model import Status, timestamp
from spool.requests import WRITTEN, Query
from spool.services.ports import AssetQuery


def _utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie within the years 1 to 9999 of UTC") from error


Moment = Annotated[datetime, WRITTEN, AfterValidator(_utc)]


class AssetsQuery(Query):
    """`GET /assets`: newest first; `from` and `to` bound the time of upload, UTC if not said."""

    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    status: Status | None = None
    type: Family | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("from must not be later than to")
        return self

    def query(self, org_id: str) -> AssetQuery:
        return AssetQuery(
            org_id=org_id,
            limit=self.limit,
            project_id=self.project_id,
            status=self.status,
            type=self.type,
            since=_text(self.since),
            until=_text(self.until),
        )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
