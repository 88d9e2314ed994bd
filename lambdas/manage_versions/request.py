from __future__ import annotations

from spool.requests import Page


class VersionsQuery(Page):
    """`GET /assets/{id}/versions`."""
