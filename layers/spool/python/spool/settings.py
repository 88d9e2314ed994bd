"""A function's settings: built by the stack, carried in its environment, read by its handler."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Self, get_type_hints

from spool.formats import Family


class MissingSetting(RuntimeError):
    """An environment variable that the function needs is not set, or holds no such value."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of each `settings.py`: one field per environment variable, of type str, int
    or bool (`true` or `false`).

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
    """Base for functions that let uploads in: the largest file of each family, in bytes."""

    image_bytes_limit: int
    video_bytes_limit: int

    @property
    def bytes_limits(self) -> Mapping[Family, int]:
        return {Family.IMAGE: self.image_bytes_limit, Family.VIDEO: self.video_bytes_limit}


def names(text: str) -> frozenset[str]:
    """The members of a setting that lists some, with commas between them."""
    return frozenset(filter(None, text.split(",")))


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(env: Mapping[str, str], name: str, kind: type) -> str | int:
    try:
        text = env[name]
    except KeyError:
        raise MissingSetting(f"environment variable {name} is not set") from None
    try:
        return _READERS[kind](text)
    except (KeyError, ValueError):
        raise MissingSetting(f"environment variable {name} is not {_KINDS[kind]}") from None


_READERS: Mapping[type, Callable[[str], str | int]] = {
    str: str,
    int: int,
    bool: {"true": True, "false": False}.__getitem__,
}
_KINDS = {int: "a whole number", bool: "true or false"}
