"""`/assets/{id}`: its deletion, whether it is private, and having it processed anew."""

from __future__ import annotations

from functools import cache

from manage_assets.request import AccessBody
from manage_assets.settings import ManageAssetsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.reprocessing import reprocessing
from spool.aws.routes import Routes
from spool.errors import Conflict, NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.managing import AssetManager
from spool.services.steering import Reprocessing

routes = Routes(ManageAssetsSettings)


@cache
def manager() -> AssetManager:
    settings = ManageAssetsSettings.from_environment()
    return AssetManager(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        private_content=settings.private_content,
    )


@cache
def reprocessor() -> Reprocessing:
    settings = ManageAssetsSettings.from_environment()
    return reprocessing(
        table=settings.table_name,
        bucket=settings.originals_bucket,
        intake=settings.intake_queue_url,
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


@routes.add(
    "POST /assets/{id}/reprocess",
    role=Role.EDITOR,
    answer="JobView",
    statuses=[202],
    refuses=[Conflict, NotFound],
)
def reprocess_asset(caller: Member, media_id: str) -> Response:
    """Process the asset's newest version anew; until the job is ready, everything stays as it
    is."""
    return Response(status=202, body=reprocessor().reprocess(caller.org_id, media_id))


handler = routes.handler()
