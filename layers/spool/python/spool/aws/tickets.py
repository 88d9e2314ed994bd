"""Tickets in the catalogue's table.

pk TICKET#{sha256}   sk TICKET   `memberId`, `orgId`, `until`; expires
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.items import from_item, to_item
from spool.live import Ticket

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoTickets:
    """Implements `live_ports.Tickets`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def put(self, digest: str, ticket: Ticket) -> None:
        until = ticket.expires.timestamp()
        item = {
            **_key(digest),
            "memberId": ticket.member_id,
            "orgId": ticket.org_id,
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
        return Ticket(
            member_id=item["memberId"],
            org_id=item["orgId"],
            expires=datetime.fromtimestamp(item["until"], UTC),
        )


def _key(digest: str) -> dict[str, str]:
    return {"pk": f"TICKET#{digest}", "sk": "TICKET"}
