"""What a route may answer, by status: its success, its own refusals, and what befalls any request.

API Gateway refuses some requests itself, before a function sees them, and says so in JSON of one
member, `message`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from spool import run_views, views, webhook_views
from spool.aws.routes import Route
from spool.errors import Forbidden, InvalidRequest, RequestError, Unauthenticated
from spool.requests import Body, Query

JSON, PROBLEM = "application/json", "application/problem+json"

_VIEWS = (views, run_views, webhook_views)

_SUCCESS = {
    200: "Done.",
    201: "Written.",
    202: "Taken on; it is done soon after.",
    204: "Done; there is nothing to say.",
    304: "What the caller has is still what there is.",
    503: "Done, and something is ill.",
}
_BODILESS = frozenset({204, 304})

_OURS: Mapping[int, str] = {
    500: "`INTERNAL`: Internal error.",
    503: "`UNAVAILABLE`: Not available.",
}
_GATEWAY: Mapping[int, str] = {
    401: "There is no token, or it is forged, expired, or for another API.",
    413: "The body is larger than 10 MB.",
    429: "Too many requests.",
    500: "A fault of ours.",
    503: "The function took too long, or there are too many of them.",
}


def responses(route: Route) -> dict[int, Any]:
    told, by_gateway = {**_refusals(route), **_OURS}, _by_gateway(route)
    answers: dict[int, Any] = {}
    for status in sorted({*route.statuses, *told, *by_gateway}):
        failure = _failure(status, told.get(status), by_gateway=status in by_gateway)
        success = _success(route, status) if status in route.statuses else None
        answers[status] = _either(success, failure)
    return answers


def refused(route: Route) -> set[type[RequestError]]:
    """Every error that the route may answer with, those included that follow from what it takes."""
    errors = set(route.refuses)
    if any(issubclass(kind, Body | Query) for kind in route.parameters):
        errors.add(InvalidRequest)
    if route.role is not None:
        errors |= {Unauthenticated, Forbidden}
    return errors


def _success(route: Route, status: int) -> dict[str, Any]:
    said = {"description": _SUCCESS[status]}
    if status in _BODILESS:
        return {**said, "content": {}}
    return {**said, "content": dict(_content(route))}


def _content(route: Route) -> Iterator[tuple[str, Any]]:
    for media_type in route.media_types:
        if route.answer is not None:
            yield media_type, {"model": model(route.answer)}
        else:
            kind = "object" if media_type == JSON else "string"
            yield media_type, {"schema": {"type": kind}}


def model(name: str) -> Any:
    """That of an answer, by the name that a route gives."""
    (found,) = {vars(module)[name] for module in _VIEWS if name in vars(module)}
    return found


def _refusals(route: Route) -> dict[int, str]:
    """Status → the problems' codes and titles."""
    errors = sorted(refused(route), key=lambda error: (error.status, error.code))
    return {
        status: " ".join(f"`{error.code}`: {error.title}." for error in group)
        for status, group in groupby(errors, key=lambda error: error.status)
    }


def _by_gateway(route: Route) -> set[int]:
    mine = {429, 500, 503}
    if route.role is not None:
        mine.add(401)
    if any(issubclass(kind, Body) for kind in route.parameters):
        mine.add(413)
    return mine


def _either(success: dict[str, Any] | None, failure: dict[str, Any]) -> dict[str, Any]:
    """One status may be both: an ill dependency and a function of ours that failed are 503."""
    if success is None:
        return failure
    content = {**failure["content"], **success["content"]}
    for media_type in failure["content"].keys() & success["content"].keys():
        models = [said["content"][media_type]["model"] for said in (success, failure)]
        content[media_type] = {"model": models[0] | models[1]}
    description = " ".join(filter(None, (success["description"], failure["description"])))
    return {"description": description, "content": content}


def _failure(status: int, told: str | None, *, by_gateway: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if by_gateway and status == 401:  # the usual one first: generated clients know no other
        content[JSON] = {"model": views.GatewayMessage}
    if told is not None:
        content[PROBLEM] = {"model": views.Problem}
    if by_gateway:
        content[JSON] = {"model": views.GatewayMessage}
    said = " ".join(filter(None, (told, _GATEWAY.get(status) if by_gateway else None)))
    return {"description": said, "content": content}
