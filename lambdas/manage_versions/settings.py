from __future__ import annotations

from dataclasses import dataclass

from spool.settings import QuotaSettings


@dataclass(frozen=True, kw_only=True)
class ManageVersionsSettings(QuotaSettings):
    table_name: str
    originals_bucket: str
