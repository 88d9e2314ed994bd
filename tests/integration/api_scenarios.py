"""Scenarios of what the API's functions may do once only in a while: they remember the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.integration.frontend import Frontend
from tests.integration.functions import Functions

Scenario = Callable[[], None]
FORGED = "Zm9yZ2Vk"


def scenarios(
    cloud: Cloud, frontend: Frontend, picture: Mapping[str, Any]
) -> Mapping[str, list[Scenario]]:
    """There are two assets at least."""
    functions = Functions(cloud)
    return {
        "describeapi": [partial(_healthy, functions)],
        "readassets": [partial(_paged, functions, frontend)],
        "manageupload": [partial(_paged_parts, functions, frontend)],
        "manageversions": [partial(_paged_versions, functions, frontend, picture)],
        "managecomments": [partial(_paged_comments, functions, frontend, picture)],
    }


def _healthy(functions: Functions) -> None:
    version = functions.forgetful("describe_api")
    assert functions.status("describe_api", version, routeKey="GET /health") == 200


def _paged(functions: Functions, frontend: Frontend) -> None:
    """By one who never read the key of cursors before."""
    status = _as_member(functions, frontend, "read_assets", "GET /assets", {"limit": "1"})
    assert status == 200


def _paged_parts(functions: Functions, frontend: Frontend) -> None:
    """Who can read the key says that this cursor is forged."""
    ticket = frontend.presign(parts=1)
    query = {"key": ticket["key"], "cursor": FORGED}
    status = _as_member(
        functions,
        frontend,
        "manage_upload",
        "GET /uploads/{uploadId}/parts",
        query,
        uploadId=ticket["uploadId"],
    )
    assert status == 400


def _paged_versions(functions: Functions, frontend: Frontend, picture: Mapping[str, Any]) -> None:
    route, query = "GET /assets/{id}/versions", {"cursor": FORGED}
    status = _as_member(functions, frontend, "manage_versions", route, query, id=picture["id"])
    assert status == 400


def _paged_comments(functions: Functions, frontend: Frontend, picture: Mapping[str, Any]) -> None:
    route, query = "GET /assets/{id}/comments", {"cursor": FORGED}
    status = _as_member(functions, frontend, "manage_comments", route, query, id=picture["id"])
    assert status == 400


def _as_member(
    functions: Functions,
    frontend: Frontend,
    function: str,
    route: str,
    query: Mapping[str, Any],
    **path: str,
) -> int:
    return functions.status(
        function,
        functions.forgetful(function),
        claims=frontend.claims,
        routeKey=route,
        queryStringParameters=query,
        pathParameters=path,
    )
