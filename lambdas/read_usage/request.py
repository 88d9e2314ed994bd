from __future__ import annotations

from spool.requests import Days


class UsageQuery(Days):
    """`GET /usage`: dates of UTC, both included; the last 30 days if not said."""

    most_days = 366
    days = 30
