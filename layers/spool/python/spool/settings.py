"""A function's settings: built by the stack, carried in its environment, read by its handler."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self, get_type_hints


class MissingSetting(RuntimeError):
    """An environment variable that the function needs is not set, or holds no such value."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of each `settings.py`: one field per environment variable, of type str or int.

    The field `table_name` is the variable `TABLE_NAME`. Both directions live here, so that stack
    and handler can't disagree about a name or a type.
    """

    def to_environment(self) -> dict[str, str]:
        return {f.name.upper(): str(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Raises MissingSetting, naming the variable."""
        env = os.environ if environment is None else environment
        types = get_type_hints(cls)
        return cls(**{f.name: _value(env, f.name.upper(), types[f.name]) for f in fields(cls)})


def _value(env: Mapping[str, str], name: str, kind: type) -> str | int:
    try:
        text = env[name]
    except KeyError:
        raise MissingSetting(f"environment variable {name} is not set") from None
    try:
        return int(text) if kind is int else text
    except ValueError:
        raise MissingSetting(f"environment variable {name} is not a whole number") from None
