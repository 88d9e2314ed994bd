"""`/assets/{id}/access`: grant access to a private asset; `/assets/{id}/stream/{file}`: its
playlists, rewritten for who bears a grant."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import cache

from grant_access.request import GrantBody
from grant_access.settings import GrantAccessSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.runtime import http_function
from spool.aws.secrets import Secret
from spool.aws.signing import CloudFrontPolicies
from spool.http import BODY_LIMIT, Request, Response
from spool.model import utc_now
from spool.services.access import Granting
from spool.services.streaming import Streaming


@cache
def services() -> tuple[Granting, Streaming]:
    settings = GrantAccessSettings.from_environment()
    catalogue = DynamoCatalogue(table=settings.table_name, clock=utc_now)
    policies = CloudFrontPolicies(
        public_keys=settings.pems, private_key=Secret(settings.signing_secret).text
    )
    granting = Granting(
        catalogue=catalogue,
        policies=policies,
        cdn_url=settings.cdn_url,
        private_content=bool(settings.pems),
        most_seconds=settings.access_expiry,
        clock=utc_now,
    )
    streaming = Streaming(
        catalogue=catalogue,
        renditions=S3Objects(bucket=settings.renditions_bucket),
        policies=policies,
        cdn_url=settings.cdn_url,
        clock=utc_now,
    )
    return granting, streaming


def grant(request: Request) -> Response:
    seconds = GrantBody.parse(request.body() or "{}").seconds
    access = services()[0].grant(request.org_id, request.parameters["id"], seconds)
    return Response(body=access.to_dict(), cookies=access.set_cookies())


def stream(request: Request) -> Response:
    wanted = request.parameters
    playlist = services()[1].playlist(wanted["id"], wanted["file"], request.query)
    body, headers = playlist.text.encode(), {}
    # The query is on every line, and gzip takes it away again. One who can't read it gets it where
    # the bare text would be too long to be sent.
    if "gzip" in request.headers.get("accept-encoding", "") or len(body) > BODY_LIMIT:
        body, headers = gzip.compress(body, mtime=0), {"content-encoding": "gzip"}
    return Response(
        body=body,
        headers={
            **headers,
            "content-type": playlist.content_type,
            "cache-control": f"private, max-age={playlist.max_age}",
            "vary": "accept-encoding",
        },
    )


ROUTES: Mapping[str, Callable[[Request], Response]] = {
    "POST /assets/{id}/access": grant,
    "GET /assets/{id}/stream/{file}": stream,
}


@http_function
def handler(request: Request) -> Response:
    return ROUTES[request.route](request)
