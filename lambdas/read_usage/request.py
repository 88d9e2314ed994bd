from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from spool.model import utc_now
from spool.requests import WRITTEN, Query

MOST_DAYS = 366
_DAYS = 30


Day = Annotated[date, WRITTEN]


class UsageQuery(Query):
    """`GET /usage`: dates of UTC, both included; the last 30 days if not said."""

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        since, until = self.span()
        if since > until:
            raise ValueError("from must not be later than to")
        if (until - since).days >= MOST_DAYS:
            raise ValueError(f"from and to must not be more than {MOST_DAYS} days apart")
        return self

    def span(self) -> tuple[date, date]:
        until = self.until or max(utc_now().date(), self.since or date.min)
        first = date.fromordinal(max(date.min.toordinal(), until.toordinal() - _DAYS))
        return self.since or first, until
