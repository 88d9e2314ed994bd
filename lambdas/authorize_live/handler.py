"""The WebSocket API's authorizer: who has a ticket may connect with it, once."""

from __future__ import annotations

from functools import cache
from typing import Any

from authorize_live.settings import AuthorizeLiveSettings
from spool.aws.runtime import begin
from spool.aws.tickets import DynamoTickets
from spool.model import utc_now
from spool.services.tickets import TicketGate

_NOBODY = "nobody"


@cache
def gate() -> TicketGate:
    settings = AuthorizeLiveSettings.from_environment()
    return TicketGate(
        tickets=DynamoTickets(table=settings.table_name),
        clock=utc_now,
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The context goes along with all that the connection says."""
    log = begin(event["requestContext"]["requestId"])
    ticket = gate().admit(event["queryStringParameters"]["ticket"])
    if ticket is None:
        log.info("The ticket was forged, used, or too old.")
        return {"principalId": _NOBODY, "policyDocument": _policy("Deny", event["methodArn"])}
    log.info("admitted", org_id=ticket.org_id, caller=ticket.member_id)
    return {
        "principalId": ticket.member_id,
        "policyDocument": _policy("Allow", event["methodArn"]),
        "context": {"orgId": ticket.org_id},
    }


def _policy(effect: str, resource: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}
