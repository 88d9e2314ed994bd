"""`GET /usage`: what the organisation holds and may hold, and its days."""

from __future__ import annotations

from functools import cache

from read_usage.request import UsageQuery
from read_usage.settings import ReadUsageSettings
from spool.aws.ledger import DynamoLedger
from spool.aws.routes import Routes
from spool.http import Response
from spool.identity import Member, Role
from spool.services.usage import Quotas, UsageDesk

routes = Routes(ReadUsageSettings)


@cache
def desk() -> UsageDesk:
    settings = ReadUsageSettings.from_environment()
    ledger = DynamoLedger(table=settings.table_name)
    return UsageDesk(ledger=ledger, quotas=Quotas(ledger=ledger, default=settings.limits))


@routes.add("GET /usage", role=Role.VIEWER, answer="UsageView")
def get_usage(caller: Member, query: UsageQuery) -> Response:
    """What the organisation holds and may hold, and what each day brought and took."""
    return Response(body=desk().read(caller.org_id, *query.span()))


handler = routes.handler()
