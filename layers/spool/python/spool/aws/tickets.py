"""Tickets in the catalogue's table.

pk TICKET#{sha256}   sk TICKET   the member that it lets in, until when; expires
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.items import from_item, to_item
from spool.identity import Member, Role
from spool.live import Ticket

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoTickets:
    """Implements `live_ports.Tickets`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def put(self, digest: str, ticket: Ticket) -> None:
        member, until = ticket.member, ticket.expires.timestamp()
        item = {
            **_key(digest),
            "memberId": member.id,
            "orgId": member.org_id,
            "role": member.role.value,
            "name": member.name,
            "until": until,
            "expiresAt": math.ceil(until),
        }
        self.client().put_item(TableName=self.table, Item=to_item(item))

    def take(self, digest: str) -> Ticket | None:
        answer = self.client().delete_item(
            TableName=self.table, Key=to_item(_key(digest)), ReturnValues="ALL_OLD"
        )
        if not answer.get("Attributes"):
            return None
        item = from_item(answer["Attributes"])
        member = Member(
            id=item["memberId"], org_id=item["orgId"], role=Role(item["role"]), name=item["name"]
        )
        return Ticket(member=member, expires=datetime.fromtimestamp(item["until"], UTC))


def _key(digest: str) -> dict[str, str]:
    return {"pk": f"TICKET#{digest}", "sk": "TICKET"}
