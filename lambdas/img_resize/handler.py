"""`GET /img/{original key}`: a picture at the size and in the format that a page asks for."""

from __future__ import annotations

from functools import cache

from img_resize.settings import ImgResizeSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import IMMUTABLE, S3Objects
from spool.aws.runtime import http_function
from spool.errors import InvalidRequest
from spool.http import Request, Response
from spool.keys import url_path
from spool.model import utc_now
from spool.services.delivery import ImageServer

BODY_LIMIT = 4_400_000  # Lambda answers at most 6 MB, and base64 takes a third more
REVALIDATED = "public, max-age=60, s-maxage=300"


@cache
def server() -> ImageServer:
    settings = ImgResizeSettings.from_environment()
    return ImageServer(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        renditions=S3Objects(bucket=settings.renditions_bucket),
        variants=S3Objects(bucket=settings.variants_bucket),
    )


@http_function
def handler(request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:
        raise InvalidRequest("/img answers GET and HEAD only.")
    path = request.path.removeprefix("/img/").replace("~", "%")  # as edge/img_request.js encodes it
    picture = server().picture(path, request.query)
    stored = picture.stored
    headers = {
        "cache-control": IMMUTABLE if picture.pinned else REVALIDATED,
        "etag": stored.etag,
        "content-type": stored.content_type,
    }
    if request.has(stored.etag):
        return Response(status=304, headers=headers)
    if stored.size > BODY_LIMIT:  # a redirect is not to be kept: stored variants expire
        return Response(status=302, headers={"location": f"/{url_path(picture.key)}"})
    return Response(headers=headers, body=None if request.method == "HEAD" else stored.read())
