"""When a small encode is worth its time."""

from __future__ import annotations

from collections.abc import Mapping

SMALL_AFTER: Mapping[str, int] = {"avif": 3, "webp": 3, "jpeg": 2, "png": 3, "gif": 3}
"""By format, after how many fetches of the quick encode the small one is made."""
