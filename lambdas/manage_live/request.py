from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from spool.keys import SLUG
from spool.live import FRAME_BYTES, POSITION, Target
from spool.requests import Body


class Frame(Body):
    """What a connection says. `subscribe` and `unsubscribe` name an asset, a project, or neither:
    then it is all of the organisation. `after` is the position of what was seen last."""

    called: ClassVar[str] = "The frame"
    max_bytes: ClassVar[int] = FRAME_BYTES

    action: Literal["subscribe", "unsubscribe", "ping"]
    asset_id: str | None = Field(default=None, min_length=1, max_length=100)
    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    after: str | None = Field(default=None, pattern=f"^{POSITION}$")

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.asset_id and self.project_id:
            raise ValueError("a subscription is to an asset or to a project, not to both")
        if self.action == "ping" and self.target != Target():
            raise ValueError("a ping is of nothing")
        if self.action != "subscribe" and self.after:
            raise ValueError("after goes with subscribe only")
        return self

    @property
    def target(self) -> Target:
        return Target(asset_id=self.asset_id, project_id=self.project_id)
