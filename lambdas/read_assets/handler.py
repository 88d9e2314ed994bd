"""`GET /assets` and `GET /assets/{id}`."""

from __future__ import annotations

from functools import cache

from read_assets.request import AssetsQuery
from read_assets.settings import ReadAssetsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.runtime import http_function
from spool.aws.transcodes import DynamoTranscodes
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.listing import Listing


@cache
def listing() -> Listing:
    settings = ReadAssetsSettings.from_environment()
    return Listing(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        transcodes=DynamoTranscodes(table=settings.table_name),
    )


@http_function
def handler(request: Request) -> Response:
    if "id" in request.parameters:
        return Response(body=listing().one(request.org_id, request.parameters["id"]))
    query = AssetsQuery.parse(request.query)
    return Response(body=listing().page(query.query(request.org_id), query.cursor))
