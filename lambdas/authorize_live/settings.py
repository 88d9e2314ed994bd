from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AuthorizeLiveSettings(Settings):
    table_name: str
