from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ReconcileDeliverySettings(Settings):
    """`queue_url` is the function's own queue."""

    table_name: str
    originals_bucket: str
    renditions_bucket: str
    variants_bucket: str
    distribution_id: str
    queue_url: str
    cdn_url: str
