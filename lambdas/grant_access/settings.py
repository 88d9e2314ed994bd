from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class GrantAccessSettings(Settings):
    """`access_expiry` in seconds. `public_keys` is a JSON object of PEMs by CloudFront's ids of
    them, empty where there is no private content; `signing_secret` then too."""

    table_name: str
    renditions_bucket: str
    cdn_url: str
    access_expiry: int
    public_keys: str
    signing_secret: str

    @property
    def pems(self) -> Mapping[str, str]:
        pems: Mapping[str, str] = json.loads(self.public_keys)
        return pems
