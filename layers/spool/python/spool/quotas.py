"""What an organisation holds, and how much it may hold.

Everything is a function of its assets: `Usage.of` says what one of them counts for, and the
catalogue adds the difference in the same write that makes it. So nothing leaks, whatever crashes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

from spool.model import Asset, Status


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that an organisation may hold: bytes of originals, all versions, and assets."""

    bytes: int
    assets: int


@dataclass(frozen=True, kw_only=True)
class Usage:
    """`bytes` are those of all versions of originals, and of uploads on their way, which are the
    `reserved_bytes` among them. An asset counts from its presign until its deletion."""

    bytes: int = 0
    reserved_bytes: int = 0
    assets: int = 0

    @classmethod
    def of(cls, asset: Asset | None) -> Self:
        """What one asset counts for: nothing when it is deleted, whatever is left of it."""
        if asset is None or asset.status is Status.DELETED:
            return cls()
        reserved = sum(upload.bytes for upload in asset.uploads)
        return cls(bytes=asset.stored_bytes + reserved, reserved_bytes=reserved, assets=1)

    @property
    def stored_bytes(self) -> int:
        return self.bytes - self.reserved_bytes

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )

    def __sub__(self, other: Usage) -> Usage:
        return Usage(
            **{f.name: getattr(self, f.name) - getattr(other, f.name) for f in fields(self)}
        )


@dataclass(frozen=True, kw_only=True)
class DayUsage:
    """What one day (UTC, `2026-01-15`) brought and took: versions, their bytes, and assets."""

    date: str
    versions: int = 0
    added_bytes: int = 0
    removed_bytes: int = 0
    added_assets: int = 0
    removed_assets: int = 0

    @classmethod
    def of(cls, date: str, change: Usage, *, versions: int) -> Self:
        return cls(
            date=date,
            versions=versions,
            added_bytes=max(0, change.stored_bytes),
            removed_bytes=max(0, -change.stored_bytes),
            added_assets=max(0, change.assets),
            removed_assets=max(0, -change.assets),
        )
