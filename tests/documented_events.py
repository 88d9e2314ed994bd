"""Every event that a test gets from the bus, held to the schemas in `docs/events`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCS = Path(__file__).parents[1] / "docs"
FOLDER, PAGE = DOCS / "events", DOCS / "events.md"


def examples_of_filters() -> list[dict[str, Any]]:
    """What the page gives to copy: a rule's pattern, and a subscription's filter policy."""
    return [
        json.loads(one) for one in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    ]


def check(event: Mapping[str, Any]) -> None:
    """Raises AssertionError for an event that no schema describes, or that has a member which its
    schema doesn't name: consumers overlook that one, and so would we."""
    schemas = closed_schemas()
    kind = event["detail-type"]
    assert kind in schemas, f"{kind} is not documented"
    errors = list(validator(schemas[kind]).iter_errors(event))
    assert not errors, f"{kind}: {errors[0]}"


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def schemas() -> dict[str, Any]:
    """As committed, by detail type."""
    loaded = [json.loads(path.read_text()) for path in FOLDER.glob("*.schema.json")]
    return {schema["title"]: schema for schema in loaded}


@cache
def closed_schemas() -> Mapping[str, Any]:
    return {kind: dict(_closed(schema)) for kind, schema in schemas().items()}


def _closed(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from schema.items()
    if "properties" in schema and "additionalProperties" not in schema:
        yield "additionalProperties", False
    if "$defs" in schema:
        yield "$defs", {name: dict(_closed(one)) for name, one in schema["$defs"].items()}
