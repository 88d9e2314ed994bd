from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ReprocessAssetsSettings(Settings):
    """`queue_url` is the function's own queue."""

    table_name: str
    originals_bucket: str
    intake_queue_url: str
    queue_url: str
