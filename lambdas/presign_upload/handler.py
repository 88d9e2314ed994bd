"""`POST /uploads/presign`: reserve an asset and sign its upload."""

from __future__ import annotations

from functools import cache
from uuid import uuid4

from presign_upload.request import PresignBody
from presign_upload.settings import PresignUploadSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.fingerprints import DynamoFingerprints
from spool.aws.ledger import DynamoLedger
from spool.aws.presigner import S3Presigner
from spool.aws.routes import Routes
from spool.aws.uploads import S3Uploads
from spool.errors import Conflict, PayloadTooLarge, QuotaExceeded, UnsupportedMediaType
from spool.http import Request, Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.presigning import Presigning
from spool.services.usage import Quotas

routes = Routes(PresignUploadSettings)


@cache
def presigning() -> Presigning:
    settings = PresignUploadSettings.from_environment()
    return Presigning(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        fingerprints=DynamoFingerprints(table=settings.table_name),
        presigner=S3Presigner(bucket=settings.originals_bucket),
        uploads=S3Uploads(bucket=settings.originals_bucket),
        quotas=Quotas(ledger=DynamoLedger(table=settings.table_name), default=settings.limits),
        url_expiry=settings.url_expiry,
        upload_expiry=settings.upload_expiry,
        bytes_limits=settings.bytes_limits,
        private_content=settings.private_content,
        private_projects=settings.private_projects,
        clock=utc_now,
        new_media_id=lambda: f"media_{uuid4().hex}",
        new_upload_id=lambda: f"upload_{uuid4().hex}",
    )


@routes.add(
    "POST /uploads/presign",
    role=Role.EDITOR,
    answer="PresignedUpload",
    refuses=[Conflict, PayloadTooLarge, QuotaExceeded, UnsupportedMediaType],
)
def presign_upload(request: Request, caller: Member, body: PresignBody) -> Response:
    """Reserve an asset, or a new version of one, and sign its upload; unless the checksum, a
    SHA-256, says that the project has this very file already."""
    presigned = presigning().presign(caller.org_id, body.wish(), request.id)
    return Response(body=presigned.to_dict())


handler = routes.handler()
