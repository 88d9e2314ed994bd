"""`/assets/{id}`: its deletion, and whether it is private."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from manage_assets.request import AccessBody
from manage_assets.settings import ManageAssetsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.runtime import http_function
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.managing import AssetManager


@cache
def manager() -> AssetManager:
    settings = ManageAssetsSettings.from_environment()
    return AssetManager(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        private_content=settings.private_content,
    )


def delete(request: Request, media_id: str) -> Response:
    record, is_new = manager().delete(request.org_id, media_id)
    return Response(status=202 if is_new else 200, body=record)


def set_access(request: Request, media_id: str) -> Response:
    body = AccessBody.parse(request.body())
    return Response(body=manager().set_access(request.org_id, media_id, private=body.private))


ROUTES: Mapping[str, Callable[[Request, str], Response]] = {
    "DELETE /assets/{id}": delete,
    "PATCH /assets/{id}": set_access,
}


@http_function
def handler(request: Request) -> Response:
    return ROUTES[request.route](request, request.parameters["id"])
