"""`GET /assets`, `GET /assets/{id}` and `GET /assets/{id}/duplicates`."""

from __future__ import annotations

from functools import cache

from read_assets.request import AssetsQuery, DuplicatesQuery
from read_assets.settings import ReadAssetsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.fingerprints import DynamoFingerprints
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.transcodes import DynamoTranscodes
from spool.errors import NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.cursors import Cursors
from spool.services.duplicates import Duplicates
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


def duplicates() -> Duplicates:
    table = ReadAssetsSettings.from_environment().table_name
    return Duplicates(catalogue=listing().catalogue, fingerprints=DynamoFingerprints(table=table))


@routes.add("GET /assets", role=Role.VIEWER, answer="AssetPage")
def list_assets(caller: Member, query: AssetsQuery) -> Response:
    """The organisation's assets, newest upload first."""
    return Response(body=listing().page(query.query(caller.org_id), query.cursor))


@routes.add("GET /assets/{id}", role=Role.VIEWER, answer="AssetDetail", refuses=[NotFound])
def get_asset(caller: Member, media_id: str) -> Response:
    """One asset; while a video is made, with its progress."""
    return Response(body=listing().one(caller.org_id, media_id))


@routes.add(
    "GET /assets/{id}/duplicates", role=Role.VIEWER, answer="DuplicatesView", refuses=[NotFound]
)
def list_duplicates(caller: Member, media_id: str, query: DuplicatesQuery) -> Response:
    """Other assets of the same bytes, and pictures that look alike."""
    found = duplicates().of(caller.org_id, media_id, distance=query.distance, limit=query.limit)
    return Response(body=found)


handler = routes.handler()
