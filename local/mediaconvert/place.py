"""The account and region that everything is in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    account: str
    region: str

    def arn(self, kind: str, name: str) -> str:
        """`kind` is `jobs` or `queues`."""
        return f"arn:aws:mediaconvert:{self.region}:{self.account}:{kind}/{name}"
