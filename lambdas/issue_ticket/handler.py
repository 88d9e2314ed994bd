"""`POST /live/tickets`: a ticket, with which one connects to the WebSocket API."""

from __future__ import annotations

import secrets
from functools import cache, partial

from issue_ticket.settings import IssueTicketSettings
from spool.aws.line import address
from spool.aws.routes import Routes
from spool.aws.tickets import DynamoTickets
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.tickets import TICKET_BYTES, TicketDesk

routes = Routes(IssueTicketSettings)


@cache
def desk() -> TicketDesk:
    settings = IssueTicketSettings.from_environment()
    return TicketDesk(
        tickets=DynamoTickets(table=settings.table_name),
        clock=utc_now,
        new_ticket=partial(secrets.token_urlsafe, TICKET_BYTES),
        url=address(settings.live_endpoint),
    )


@routes.add("POST /live/tickets", role=Role.VIEWER, answer="TicketView", statuses=[201])
def issue_ticket(caller: Member) -> Response:
    """A ticket to connect with once, within a minute: `{url}?ticket={ticket}`."""
    return Response(status=201, body=desk().issue(caller))


handler = routes.handler()
