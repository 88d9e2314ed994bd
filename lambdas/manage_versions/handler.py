"""`/assets/{id}/versions`: list the versions of an original, restore one, remove one."""

from __future__ import annotations

from functools import cache
from uuid import uuid4

from manage_versions.request import VersionsQuery
from manage_versions.settings import ManageVersionsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.ledger import DynamoLedger
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.versions import S3Versions
from spool.errors import Conflict, NotFound, QuotaExceeded
from spool.http import Request, Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.cursors import Cursors
from spool.services.restoring import Restorer
from spool.services.usage import Quotas
from spool.services.versions import VersionDesk

routes = Routes(ManageVersionsSettings)


@cache
def desk() -> VersionDesk:
    settings = ManageVersionsSettings.from_environment()
    catalogue = DynamoCatalogue(table=settings.table_name, clock=utc_now)
    originals = S3Versions(bucket=settings.originals_bucket)
    return VersionDesk(
        catalogue=catalogue,
        originals=originals,
        restorer=Restorer(
            catalogue=catalogue,
            originals=originals,
            clock=utc_now,
            new_upload_id=lambda: f"restore_{uuid4().hex}",
        ),
        quotas=Quotas(ledger=DynamoLedger(table=settings.table_name), default=settings.limits),
        cursors=Cursors(Secret(settings.cursor_secret).text),
    )


@routes.add("GET /assets/{id}/versions", role=Role.VIEWER, answer="VersionPage", refuses=[NotFound])
def list_versions(caller: Member, media_id: str, query: VersionsQuery) -> Response:
    """The versions of the asset's original, the newest first."""
    page = desk().page(caller.org_id, media_id, limit=query.limit, cursor=query.cursor)
    return Response(body=page)


@routes.add(
    "POST /assets/{id}/versions/{versionId}/restore",
    role=Role.EDITOR,
    answer="AssetView",
    statuses=[202],
    refuses=[Conflict, NotFound, QuotaExceeded],
)
def restore_version(request: Request, caller: Member, media_id: str, version_id: str) -> Response:
    """Make a new version of an older one's bytes; it is processed as any other."""
    record = desk().restore(caller.org_id, media_id, version_id, request.id)
    return Response(status=202, body=record)


@routes.add(
    "DELETE /assets/{id}/versions/{versionId}",
    role=Role.EDITOR,
    statuses=[204],
    refuses=[Conflict, NotFound],
)
def delete_version(caller: Member, media_id: str, version_id: str) -> Response:
    """Remove an older version for good."""
    desk().remove(caller.org_id, media_id, version_id)
    return Response(status=204)


handler = routes.handler()
