from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spool.formats import Family
from spool.keys import SLUG
from spool.reprocessing import Selection
from spool.requests import Body, Bounds


class SelectionBody(Bounds, Body):
    """`POST /reprocessings`: which assets, by at least one of these."""

    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    status: Literal["ready", "failed"] | None = None
    type: Annotated[Family | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if all(value is None for value in self.model_dump().values()):
            raise ValueError("name which assets: by projectId, status, type, from or to")
        return self

    def selection(self) -> Selection:
        since, until = self.bounds
        return Selection(
            project_id=self.project_id,
            status=self.status,
            type=self.type,
            since=since,
            until=until,
        )
