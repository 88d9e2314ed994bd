"""`GET /assets` and `GET /assets/{id}`."""

from __future__ import annotations

from functools import cache

from read_assets.request import AssetsQuery
from read_assets.settings import ReadAssetsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.transcodes import DynamoTranscodes
from spool.errors import NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.cursors import Cursors
from spool.services.listing import Listing

routes = Routes(ReadAssetsSettings)


@cache
def listing() -> Listing:
    settings = ReadAssetsSettings.from_environment()
    return Listing(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        transcodes=DynamoTranscodes(table=settings.table_name),
        cursors=Cursors(Secret(settings.cursor_secret).text),
    )


@routes.add("GET /assets", role=Role.VIEWER, answer="AssetPage")
def list_assets(caller: Member, query: AssetsQuery) -> Response:
    """The organisation's assets, newest upload first."""
    return Response(body=listing().page(query.query(caller.org_id), query.cursor))


@routes.add("GET /assets/{id}", role=Role.VIEWER, answer="AssetDetail", refuses=[NotFound])
def get_asset(caller: Member, media_id: str) -> Response:
    """One asset; while a video is made, with its progress."""
    return Response(body=listing().one(caller.org_id, media_id))


handler = routes.handler()
