from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class GrantAccessSettings(Settings):
    """`access_expiry` in seconds; `public_keys` is JSON, CloudFront's key id → PEM; `signing_secret`
    is the secret's ARN, empty where there is no private content."""

    table_name: str
    renditions_bucket: str
    cdn_url: str
    access_expiry: int
    public_keys: str
    signing_secret: str
