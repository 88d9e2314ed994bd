from __future__ import annotations

from pydantic import Field

from spool.requests import Query


class VersionsQuery(Query):
    """`GET /assets/{id}/versions`."""

    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200)
