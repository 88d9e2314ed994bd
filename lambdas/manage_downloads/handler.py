"""`/downloads`: have several files made one zip, and get its URL."""

from __future__ import annotations

from functools import cache
from uuid import uuid4

from manage_downloads.request import DownloadBody
from manage_downloads.settings import ManageDownloadsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.downloads import SqsDownloads
from spool.aws.objects import S3Objects
from spool.aws.presigner import S3Presigner
from spool.aws.routes import Routes
from spool.errors import Conflict, NotFound, PayloadTooLarge
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.downloads import DownloadDesk

routes = Routes(ManageDownloadsSettings)


@cache
def desk() -> DownloadDesk:
    settings = ManageDownloadsSettings.from_environment()
    return DownloadDesk(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        presigner=S3Presigner(bucket=settings.renditions_bucket),
        queue=SqsDownloads(queue_url=settings.queue_url),
        bytes_limit=settings.download_bytes_limit,
        url_expiry=settings.url_expiry,
        clock=utc_now,
        new_id=lambda: f"download_{uuid4().hex}",
    )


@routes.add(
    "POST /downloads",
    role=Role.VIEWER,
    answer="DownloadView",
    statuses=[202],
    refuses=[Conflict, NotFound, PayloadTooLarge],
)
def request_download(caller: Member, body: DownloadBody) -> Response:
    """Have several files made one zip."""
    return Response(status=202, body=desk().ask(caller.org_id, body.ids, body.rendition))


@routes.add("GET /downloads/{id}", role=Role.VIEWER, answer="DownloadView", refuses=[NotFound])
def get_download(caller: Member, download_id: str) -> Response:
    """How far the zip is, and when it is ready, its URL."""
    return Response(body=desk().read(caller.org_id, download_id))


handler = routes.handler()
