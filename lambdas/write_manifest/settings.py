from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class WriteManifestSettings(Settings):
    """`cdn_url` is the distribution's origin, e.g. `https://d111.cloudfront.net`."""

    table_name: str
    renditions_bucket: str
    cdn_url: str
