"""`POST /uploads/presign`: reserve an asset and sign its upload."""

from __future__ import annotations

from functools import cache
from uuid import uuid4

from presign_upload.request import PresignBody
from presign_upload.settings import PresignUploadSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.presigner import S3Presigner
from spool.aws.runtime import http_function
from spool.aws.uploads import S3Uploads
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.presigning import Presigning


@cache
def presigning() -> Presigning:
    settings = PresignUploadSettings.from_environment()
    return Presigning(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        presigner=S3Presigner(bucket=settings.originals_bucket),
        uploads=S3Uploads(bucket=settings.originals_bucket),
        url_expiry=settings.url_expiry,
        bytes_limits=settings.bytes_limits,
        private_content=settings.private_content,
        private_projects=settings.private_projects,
        clock=utc_now,
        new_media_id=lambda: f"media_{uuid4().hex}",
    )


@http_function
def handler(request: Request) -> Response:
    wish = PresignBody.parse(request.body()).wish()
    return Response(body=presigning().presign(request.org_id, wish, request.id).to_dict())
