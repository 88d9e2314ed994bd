from __future__ import annotations

from dataclasses import dataclass

from spool.settings import UploadSettings


@dataclass(frozen=True, kw_only=True)
class PresignUploadSettings(UploadSettings):
    """`url_expiry` in seconds; `private_projects` as `{orgId}/{projectId}`."""

    table_name: str
    originals_bucket: str
    url_expiry: int
    private_content: bool
    private_projects: tuple[str, ...]
