from __future__ import annotations

from typing import ClassVar

from spool.requests import Body


class GrantBody(Body):
    """`POST /assets/{id}/access`; how long the access is to last may be left out."""

    optional: ClassVar[bool] = True

    seconds: int | None = None
