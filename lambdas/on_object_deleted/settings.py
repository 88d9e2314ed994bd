from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class OnObjectDeletedSettings(Settings):
    table_name: str
    originals_bucket: str
