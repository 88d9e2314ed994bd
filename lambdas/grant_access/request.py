from __future__ import annotations

from spool.requests import Body


class GrantBody(Body):
    """`POST /assets/{id}/access`; how long the access is to last may be left out."""

    seconds: int | None = None
