from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from spool.requests import Body, Query


class CommentEdit(Body):
    """`PATCH /assets/{id}/comments/{commentId}`. `text` has 1 to 5,000 characters without the white
    space around it."""

    max_bytes: ClassVar[int] = 64 << 10  # 5,000 characters, each escaped as two of UTF-16

    text: str


class CommentBody(CommentEdit):
    """`POST /assets/{id}/comments`. `at` are seconds on the asset's timeline, `parentId` the
    comment that this answers."""

    at: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    parent_id: str | None = Field(default=None, max_length=100)


class CommentsQuery(Query):
    """`GET /assets/{id}/comments`."""

    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200)
