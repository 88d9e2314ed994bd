"""The OpenAPI document, made of what the handlers declare: `python -m operate.openapi` writes it.

Powertools' resolver makes it, and makes nothing else: at run time `spool.aws.routes` answers, which
starts quicker. Each declared route is registered with a function whose signature says what the
route takes, its parameters, the fields of its query, and its body.
"""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi import params
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer
from pydantic.fields import FieldInfo

from operate import openapi_answers
from operate.schemas import plain, written
from spool.aws.routes import Route, Routes
from spool.model import camel
from spool.requests import Body, Query

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "lambdas" / "describe_api" / "openapi.json"

VERSION = "3.1.0"
_DESCRIPTION = (
    "Media go in by presigned URLs; what is made of them comes out of a CDN. Every request but "
    "those marked as open bears the access token of a member: the organisation follows from it, "
    "and is named nowhere else. Errors are problems of RFC 9457, with a stable `code`."
)
_TOKEN = "token"  # noqa: S105  the security scheme's name


def document() -> dict[str, Any]:
    """OpenAPI 3.1 of all routes. Its server is where it was found, behind the CDN or before it."""
    resolver = APIGatewayHttpResolver()
    for route in declared():
        _register(resolver, route)
    made = resolver.get_openapi_json_schema(
        title="Spool",
        version=tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
        openapi_version=VERSION,
        description=_DESCRIPTION,
        security_schemes={_TOKEN: HTTPBearer(bearerFormat="JWT")},
    )
    return _tidied(json.loads(made))


def text() -> str:
    """The document as it is committed and served."""
    return written(document())


def declared() -> Iterator[Route]:
    """Every route of every function, by path and method."""
    folders = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py"))
    modules = (import_module(f"{folder}.handler") for folder in folders)
    tables = [module.routes for module in modules if hasattr(module, "routes")]
    found = [
        route for table in tables if isinstance(table, Routes) for route in table.routes.values()
    ]
    yield from sorted(found, key=lambda route: route.key.split(" ")[::-1])


def _register(resolver: APIGatewayHttpResolver, route: Route) -> None:
    method, _, path = route.key.partition(" ")
    summary, description = _texts(route)
    resolver.route(
        rule=re.sub(r"\{(\w+)\}", r"<\1>", path),
        method=method,
        summary=summary,
        description=description,
        tags=[path.split("/")[1].partition(".")[0]],
        operation_id=camel(route.work.__name__),
        security=[{_TOKEN: []}] if route.role else None,
        openapi_extensions={"x-role": route.role.value} if route.role else None,
        responses=openapi_answers.responses(route),
    )(_signed(route))


def _texts(route: Route) -> tuple[str, str]:
    """Summary and description: the docstring's first sentence, and all of it with the role."""
    said = inspect.getdoc(route.work) or ""
    whole = " ".join(said.split())
    summary = re.split(r"[.:;](?: |$)", whole)[0]
    takes = f"Takes the role `{route.role}`." if route.role else "Open: takes no token."
    return summary, f"{whole}\n\n{takes}"


def _signed(route: Route) -> Any:
    """A function that takes what the route does, and is never called."""

    def work() -> None: ...

    work.__signature__ = inspect.Signature(list(_parameters(route)))  # type: ignore[attr-defined]
    work.__name__ = route.work.__name__
    return work


def _parameters(route: Route) -> Iterator[inspect.Parameter]:
    for name in route.path_parameters:
        yield _parameter(name, Annotated[str, params.Path(min_length=1)])
    for kind in route.parameters:
        if issubclass(kind, Query):
            yield from (_queried(*field) for field in kind.model_fields.items())
        elif issubclass(kind, Body):
            default = None if kind.optional else inspect.Parameter.empty
            yield _parameter("body", Annotated[kind, params.Body()], default)


def _queried(name: str, field: FieldInfo) -> inspect.Parameter:
    kind: Any = field.annotation
    for rule in field.metadata:
        kind = Annotated[kind, rule]
    default = inspect.Parameter.empty if field.is_required() else field.default
    alias = params.Query(alias=field.alias or name, description=field.description)
    return _parameter(name, Annotated[kind, alias], default)


def _parameter(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, default=default, annotation=kind)


def _tidied(made: dict[str, Any]) -> dict[str, Any]:
    """`made` in a stable order, without titles that only repeat names, nulls that a query can't
    say, and the schemas of Powertools' own errors."""
    made["servers"] = [{"url": "./", "description": "Where this document was found."}]
    made["paths"] = dict(sorted(made["paths"].items()))
    for operation in (o for path in made["paths"].values() for o in path.values()):
        for parameter in operation.get("parameters", ()):
            _without_null(parameter["schema"])
    schemas = made["components"]["schemas"]
    while unused := schemas.keys() - _named(made):
        for name in unused:
            del schemas[name]
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    tidied: dict[str, Any] = plain(made)
    return {**tidied, "info": made["info"]}


def _without_null(schema: dict[str, Any]) -> None:
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema |= kinds[0]


def _named(made: Mapping[str, Any]) -> set[str]:
    """The schemas that something refers to."""
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(made)))


if __name__ == "__main__":
    DOCUMENT.write_text(text())
