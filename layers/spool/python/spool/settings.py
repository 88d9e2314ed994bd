"""A function's settings: built by the stack, carried in its environment, read by its handler."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Self, get_type_hints

from spool.formats import Family
from spool.quotas import Limits

Value = str | int | tuple[str, ...] | tuple[int, ...]


class MissingSetting(RuntimeError):
    """An environment variable that the function needs is not set, or holds no such value."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of each `settings.py`: one field per environment variable, of type str, int, bool
    (`true` or `false`), or a tuple of str or int (commas between them, and in none of them).

    The field `table_name` is the variable `TABLE_NAME`. Both directions live here, so that stack
    and handler can't disagree about a name or a type.
    """

    def to_environment(self) -> dict[str, str]:
        return {f.name.upper(): _text(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Raises MissingSetting, naming the variable."""
        env = os.environ if environment is None else environment
        types = get_type_hints(cls)
        return cls(**{f.name: _value(env, f.name.upper(), types[f.name]) for f in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class UploadSettings(Settings):
    """Base for functions that look at uploads: the largest file of each family, in bytes."""

    image_bytes_limit: int
    video_bytes_limit: int

    @property
    def bytes_limits(self) -> Mapping[Family, int]:
        return {Family.IMAGE: self.image_bytes_limit, Family.VIDEO: self.video_bytes_limit}


@dataclass(frozen=True, kw_only=True)
class QuotaSettings(Settings):
    """Base for functions that know what an organisation may hold, where it has no limits of its
    own."""

    org_bytes_limit: int
    org_assets_limit: int

    @property
    def limits(self) -> Limits:
        return Limits(bytes=self.org_bytes_limit, assets=self.org_assets_limit)


@dataclass(frozen=True, kw_only=True)
class ReservationSettings(UploadSettings, QuotaSettings):
    """Base for functions that reserve room for uploads. `url_expiry` in seconds,
    `upload_expiry_days` that of multipart uploads."""

    table_name: str
    originals_bucket: str
    url_expiry: int
    upload_expiry_days: int

    @property
    def upload_expiry(self) -> timedelta:
        return timedelta(days=self.upload_expiry_days)


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(env: Mapping[str, str], name: str, kind: Hashable) -> Value:
    try:
        text = env[name]
    except KeyError:
        raise MissingSetting(f"environment variable {name} is not set") from None
    try:
        return _READERS[kind](text)
    except (KeyError, ValueError):
        raise MissingSetting(f"environment variable {name} is not {_KINDS[kind]}") from None


def _texts(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


_READERS: Mapping[Hashable, Callable[[str], Value]] = {
    str: str,
    int: int,
    bool: {"true": True, "false": False}.__getitem__,
    tuple[str, ...]: _texts,
    tuple[int, ...]: lambda text: tuple(map(int, _texts(text))),
}
_KINDS: Mapping[Hashable, str] = {
    int: "a whole number",
    bool: "true or false",
    tuple[int, ...]: "whole numbers with commas between them",
}
