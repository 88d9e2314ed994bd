"""`/assets/{id}`: its deletion, and whether it is private."""

from __future__ import annotations

from functools import cache

from manage_assets.request import AccessBody
from manage_assets.settings import ManageAssetsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.routes import Routes
from spool.errors import Conflict, NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.managing import AssetManager

routes = Routes(ManageAssetsSettings)


@cache
def manager() -> AssetManager:
    settings = ManageAssetsSettings.from_environment()
    return AssetManager(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        private_content=settings.private_content,
    )


@routes.add(
    "DELETE /assets/{id}",
    role=Role.EDITOR,
    answer="AssetView",
    statuses=[202, 200],
    refuses=[NotFound],
)
def delete_asset(caller: Member, media_id: str) -> Response:
    """Delete the asset: 202, and 200 when it was deleted already."""
    record, is_new = manager().delete(caller.org_id, media_id)
    return Response(status=202 if is_new else 200, body=record)


@routes.add(
    "PATCH /assets/{id}", role=Role.EDITOR, answer="AssetView", refuses=[Conflict, NotFound]
)
def set_access(caller: Member, media_id: str, body: AccessBody) -> Response:
    """Make the asset private or public."""
    return Response(body=manager().set_access(caller.org_id, media_id, private=body.private))


handler = routes.handler()
