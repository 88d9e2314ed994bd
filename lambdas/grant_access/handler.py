"""`/assets/{id}/access`: grant access to a private asset; `/assets/{id}/stream/{file}`: its
playlists, rewritten for who bears a grant."""

from __future__ import annotations

import gzip
from functools import cache

from grant_access.request import GrantBody
from grant_access.settings import GrantAccessSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.signing import CloudFrontPolicies
from spool.errors import Conflict, Forbidden, NotFound, NotReady
from spool.http import BODY_LIMIT, Request, Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.access import Granting
from spool.services.streaming import Streaming
from spool.video.signed_playlists import DASH_TYPE, HLS_TYPE, VTT_TYPE

routes = Routes(GrantAccessSettings)


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


@routes.add(
    "POST /assets/{id}/access",
    role=Role.VIEWER,
    answer="AccessView",
    refuses=[Conflict, NotFound, NotReady],
)
def grant_access(caller: Member, media_id: str, body: GrantBody) -> Response:
    """Signed URLs and cookies for a private asset."""
    access = services()[0].grant(caller.org_id, media_id, body.seconds)
    return Response(body=access.to_dict(), cookies=access.set_cookies())


@routes.add(
    "GET /assets/{id}/stream/{file}",
    role=None,  # a player sends no token: the grant is in the query
    media_types=[HLS_TYPE, DASH_TYPE, VTT_TYPE],
    refuses=[Forbidden, NotFound, NotReady],
)
def get_playlist(request: Request, media_id: str, file: str) -> Response:
    """A private film's playlist in which every address is signed, for who bears a grant."""
    playlist = services()[1].playlist(media_id, file, request.query)
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


handler = routes.handler()
