"""`/uploads/{uploadId}`: complete or abort a multipart upload, list its parts, renew its URLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from manage_upload.request import CompleteBody, KeyQuery, PartsQuery, UrlsBody
from manage_upload.settings import ManageUploadSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.presigner import S3Presigner
from spool.aws.runtime import http_function
from spool.aws.uploads import S3Uploads
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.multipart import MultipartManager


@cache
def manager() -> MultipartManager:
    settings = ManageUploadSettings.from_environment()
    return MultipartManager(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        presigner=S3Presigner(bucket=settings.originals_bucket),
        uploads=S3Uploads(bucket=settings.originals_bucket),
        url_expiry=settings.url_expiry,
        bytes_limits=settings.bytes_limits,
        clock=utc_now,
    )


def complete(request: Request, upload_id: str) -> Response:
    body = CompleteBody.parse(request.body())
    return Response(
        body=manager().complete(request.org_id, body.key, upload_id, body.numbered()).to_dict()
    )


def parts(request: Request, upload_id: str) -> Response:
    query = PartsQuery.parse(request.query)
    page = manager().parts(request.org_id, query.key, upload_id, after=query.cursor)
    return Response(body=page.to_dict())


def urls(request: Request, upload_id: str) -> Response:
    body = UrlsBody.parse(request.body())
    renewed = manager().urls(request.org_id, body.key, upload_id, body.part_numbers)
    return Response(body=renewed.to_dict())


def abort(request: Request, upload_id: str) -> Response:
    manager().abort(request.org_id, KeyQuery.parse(request.query).key, upload_id)
    return Response(status=204)


ROUTES: Mapping[str, Callable[[Request, str], Response]] = {
    "POST /uploads/{uploadId}/complete": complete,
    "GET /uploads/{uploadId}/parts": parts,
    "POST /uploads/{uploadId}/urls": urls,
    "DELETE /uploads/{uploadId}": abort,
}


@http_function
def handler(request: Request) -> Response:
    return ROUTES[request.route](request, request.parameters["uploadId"])
