from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ZipDownloadSettings(Settings):
    table_name: str
    originals_bucket: str
    renditions_bucket: str
