from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ManageAssetsSettings(Settings):
    table_name: str
    originals_bucket: str
    intake_queue_url: str
    private_content: bool
