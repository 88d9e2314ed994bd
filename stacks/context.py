"""Values of the CDK context, checked one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from typing import Any

from constructs import Node


class BadSetting(ValueError):
    """A deploy setting that can't be used; the message names it and says what would do."""


class Context:
    """The context's values, checked. What comes by `-c` is always text, also for a number."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def _get(self, name: str) -> Any:
        value = self._node.try_get_context(name)
        if value is None:
            raise BadSetting(f"{name} is not set: it has its default in cdk.json.")
        return value

    def text(self, name: str, pattern: str) -> str:
        value = self._get(name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise BadSetting(f"{name} must match {pattern}, and is {value!r}.")
        return value

    def optional(self, name: str, pattern: str) -> str | None:
        return None if self._get(name) == "" else self.text(name, pattern)

    def texts(self, name: str, pattern: str) -> tuple[str, ...]:
        items = self.some(name, pattern)
        if not items:
            raise BadSetting(f"{name} must name at least one.")
        return items

    def some(self, name: str, pattern: str, most: int | None = None) -> tuple[str, ...]:
        """As `texts`, or none; what comes by `-c` may be a JSON list."""
        value = self._get(name)
        if isinstance(value, str):
            value = (
                _from_json(value) if value.startswith("[") else list(filter(None, value.split(",")))
            )
        if not isinstance(value, list) or (most is not None and len(value) > most):
            raise BadSetting(f"{name} must be a list{f' of at most {most}' if most else ''}.")
        for item in value:
            if not re.fullmatch(pattern, str(item)):
                raise BadSetting(f"each of {name} must match {pattern}, and one is {item!r}.")
        return tuple(value)

    def ascending(self, name: str, least: int, most: int) -> tuple[int, ...]:
        value = self._get(name)
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list):
            raise BadSetting(f"{name} must be a list, and is {value!r}.")
        numbers = [int(item) if re.fullmatch(r"\d+(\.0)?", str(item)) else 0 for item in items]
        bounded = all(least <= number <= most for number in numbers)
        if not numbers or not bounded or numbers != sorted(set(numbers)):
            raise BadSetting(
                f"{name} must be ascending whole numbers from {least} to {most}, and is {value!r}."
            )
        return tuple(numbers)

    def whole(self, name: str, least: int, most: int | None = None) -> int:
        value = self._get(name)
        number = int(value) if re.fullmatch(r"-?\d+(\.0)?", str(value)) else None
        if number is None or number < least or (most is not None and number > most):
            bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise BadSetting(f"{name} must be a whole number {bounds}, and is {value!r}.")
        return number

    def choice(self, name: str, *options: str) -> str:
        value = self._get(name)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text not in options:
            raise BadSetting(f"{name} must be one of {', '.join(options)}, and is {value!r}.")
        return text

    def flag(self, name: str) -> bool:
        return self.choice(name, "true", "false") == "true"

    def counts(self, name: str, *, of: Container[str] | None = None) -> Mapping[str, int]:
        """Whole numbers by name, with `of` by these names only."""
        value = self._get(name)
        counts = _from_json(value) if isinstance(value, str) else value
        if not isinstance(counts, dict) or not all(_is_count(n) for n in counts.values()):
            raise BadSetting(f"{name} must map names to whole numbers, and is {value!r}.")
        for unknown in [key for key in counts if of is not None and key not in of]:
            raise BadSetting(f"{name} names {unknown!r}, which is no function.")
        return {key: int(count) for key, count in counts.items()}


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and value >= 0 and value == int(value)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None
