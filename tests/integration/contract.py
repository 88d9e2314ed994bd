"""Every answer of the API, held to the OpenAPI document: status, media type and body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).parents[2] / "lambdas" / "describe_api" / "openapi.json"
PROBLEM = "application/problem+json"
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


def check(method: str, path: str, answer: httpx.Response) -> None:
    """Raises AssertionError for an answer to this request of the API that the document doesn't
    know. A path that it doesn't have is answered by API Gateway: with a 404, or 401 before that."""
    described = operation(method, path)
    if described is None:
        assert method not in METHODS or answer.status_code in {401, 404}, _said(answer)
        return
    said = described["responses"].get(str(answer.status_code))
    assert said is not None, f"{method} {path}: {answer.status_code} is not documented: " + _said(
        answer
    )
    contents: Mapping[str, Any] = said.get("content", {})
    if not contents:
        assert answer.content == b"", f"{method} {path}: a body that is not documented"
        return
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    assert media_type in contents, f"{method} {path}: {media_type!r} is not documented"
    if media_type.endswith("json"):
        schema = contents[media_type]["schema"]
        errors = list(_validator(json.dumps(schema)).iter_errors(answer.json()))
        assert not errors, f"{method} {path} {answer.status_code}: {errors[0]}"
    if media_type == PROBLEM:
        code = answer.json()["code"]
        assert f"`{code}`" in said["description"], f"{method} {path}: {code} is not documented"


def operation(method: str, path: str) -> Mapping[str, Any] | None:
    """What the document says of this request; of two paths that match, the literal one counts."""
    bare = path.partition("?")[0]
    for template, item in sorted(document()["paths"].items(), key=lambda pair: "{" in pair[0]):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, bare) and method.lower() in item:
            found: Mapping[str, Any] = item[method.lower()]
            return found
    return None


@cache
def document() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(DOCUMENT.read_text())
    return loaded


@cache
def _validator(schema: str) -> Draft202012Validator:
    """Of the schema, closed: a member that is not documented is drift, though the document lets
    members be added."""
    closed = {name: dict(_closed(one)) for name, one in document()["components"]["schemas"].items()}
    return Draft202012Validator(
        {**json.loads(schema), "components": {"schemas": closed}},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def _closed(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from schema.items()
    if "properties" in schema and "additionalProperties" not in schema:
        yield "additionalProperties", False


def _said(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:500]}"
