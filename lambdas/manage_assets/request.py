from __future__ import annotations

from spool.requests import Body


class AccessBody(Body):
    """`PATCH /assets/{id}`."""

    private: bool
