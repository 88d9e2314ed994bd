"""`GET /variants/{org}/{project}/{media}/{tag}/{name}`: a variant that CloudFront found nowhere."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from img_resize.settings import ImgResizeSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.demand import DynamoDemand
from spool.aws.encodes import SqsEncodes
from spool.aws.objects import S3Objects
from spool.aws.runtime import count, http_function
from spool.errors import InvalidRequest
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.answering import Picture
from spool.services.asking import Asking
from spool.services.delivery import ImageServer
from spool.services.source import Sources


@cache
def server() -> ImageServer:
    settings = ImgResizeSettings.from_environment()
    renditions = S3Objects(bucket=settings.renditions_bucket)
    return ImageServer(
        asking=Asking(
            catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
            sources=Sources(renditions=renditions),
            widths=settings.widths,
        ),
        renditions=renditions,
        variants=S3Objects(bucket=settings.variants_bucket),
        demand=DynamoDemand(
            table=settings.demand_table,
            lifetime=timedelta(days=settings.variants_expiry_days),
            clock=utc_now,
        ),
        encodes=SqsEncodes(queue_url=settings.encodes_queue_url),
        limit=settings.variants_limit,
    )


@http_function
def handler(request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:
        raise InvalidRequest("/img answers GET and HEAD only.")
    picture = server().picture(request.path.removeprefix("/"))
    for signal in picture.signals:
        count(signal)
    stored, headers = picture.stored, _headers(picture)
    if picture.location is not None:
        return Response(status=302, headers={**headers, "location": picture.location})
    headers |= {"etag": stored.etag, "content-type": stored.content_type}
    if request.has(stored.etag):
        stored.body.close()
        return Response(status=304, headers=headers)
    return Response(headers=headers, body=stored.read())  # of HEAD too: it tells the length


def _headers(picture: Picture) -> dict[str, str]:
    headers = {"cache-control": picture.cache_control, "x-amz-meta-cache-tag": picture.ref.path}
    if picture.seconds:
        took = (f"{name};dur={1000 * spent:.1f}" for name, spent in picture.seconds.items())
        headers["server-timing"] = ", ".join(took)
    return headers
