"""`/downloads`: have several files made one zip, and get its URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from uuid import uuid4

from manage_downloads.request import DownloadBody
from manage_downloads.settings import ManageDownloadsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.downloads import SqsDownloads
from spool.aws.objects import S3Objects
from spool.aws.presigner import S3Presigner
from spool.aws.runtime import http_function
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.downloads import DownloadDesk


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


def ask(request: Request) -> Response:
    body = DownloadBody.parse(request.body())
    return Response(status=202, body=desk().ask(request.org_id, body.ids, body.rendition))


def read(request: Request) -> Response:
    return Response(body=desk().read(request.org_id, request.parameters["id"]))


ROUTES: Mapping[str, Callable[[Request], Response]] = {
    "POST /downloads": ask,
    "GET /downloads/{id}": read,
}


@http_function
def handler(request: Request) -> Response:
    return ROUTES[request.route](request)
