"""What lists of assets and of jobs can be narrowed by."""

from __future__ import annotations

from itertools import combinations


def every_filter() -> list[dict[str, str]]:
    """Each set has an index of its own."""
    filters = {"projectId": "tests", "status": "ready", "type": "image"}
    sizes = range(len(filters) + 1)
    return [dict(chosen) for size in sizes for chosen in combinations(filters.items(), size)]
