"""`/uploads/{uploadId}`: complete or abort a multipart upload, list its parts, renew its URLs."""

from __future__ import annotations

from functools import cache

from manage_upload.request import CompleteBody, KeyQuery, PartsQuery, UrlsBody
from manage_upload.settings import ManageUploadSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.ledger import DynamoLedger
from spool.aws.presigner import S3Presigner
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.uploads import S3Uploads
from spool.errors import Conflict, NotFound, PartMismatch, PayloadTooLarge, QuotaExceeded
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.cursors import Cursors
from spool.services.multipart import MultipartManager
from spool.services.usage import Quotas

routes = Routes(ManageUploadSettings)


@cache
def manager() -> MultipartManager:
    settings = ManageUploadSettings.from_environment()
    return MultipartManager(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        presigner=S3Presigner(bucket=settings.originals_bucket),
        uploads=S3Uploads(bucket=settings.originals_bucket),
        quotas=Quotas(ledger=DynamoLedger(table=settings.table_name), default=settings.limits),
        url_expiry=settings.url_expiry,
        upload_expiry=settings.upload_expiry,
        bytes_limits=settings.bytes_limits,
        cursors=Cursors(Secret(settings.cursor_secret).text),
        clock=utc_now,
    )


@routes.add(
    "POST /uploads/{uploadId}/complete",
    role=Role.EDITOR,
    answer="CompletedUpload",
    refuses=[Conflict, NotFound, PartMismatch, PayloadTooLarge, QuotaExceeded],
)
def complete_upload(caller: Member, upload_id: str, body: CompleteBody) -> Response:
    """Make the original of its parts. Repeatable."""
    completed = manager().complete(
        caller.org_id, body.key, upload_id, body.numbered(), body.checksum
    )
    return Response(body=completed.to_dict())


@routes.add(
    "GET /uploads/{uploadId}/parts", role=Role.EDITOR, answer="PartPage", refuses=[NotFound]
)
def list_parts(caller: Member, upload_id: str, query: PartsQuery) -> Response:
    """The parts that have arrived, by their numbers."""
    page = manager().parts(caller.org_id, query.key, upload_id, cursor=query.cursor)
    return Response(body=page.to_dict())


@routes.add(
    "POST /uploads/{uploadId}/urls", role=Role.EDITOR, answer="RenewedUrls", refuses=[NotFound]
)
def renew_urls(caller: Member, upload_id: str, body: UrlsBody) -> Response:
    """Fresh URLs for these parts, in the order asked for."""
    renewed = manager().urls(caller.org_id, body.key, upload_id, body.part_numbers)
    return Response(body=renewed.to_dict())


@routes.add("DELETE /uploads/{uploadId}", role=Role.EDITOR, statuses=[204], refuses=[NotFound])
def abort_upload(caller: Member, upload_id: str, query: KeyQuery) -> Response:
    """Give the upload up; its parts are dropped."""
    manager().abort(caller.org_id, query.key, upload_id)
    return Response(status=204)


handler = routes.handler()
