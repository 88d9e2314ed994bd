"""Members of organisations in the catalogue's table.

pk MEMBER#{id}   sk MEMBER   the organisation, role and name of one principal
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.items import from_item, to_item
from spool.identity import Member, Role

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SORT_KEY = "MEMBER"
REMEMBERED = 60.0  # seconds: so long may somebody go on who is no member any more


@dataclass(frozen=True, kw_only=True)
class DynamoMembers:
    """Implements `ports.Members`. What was found is remembered for a minute; strangers aren't."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Member]] = field(default_factory=dict)

    def get(self, member_id: str) -> Member | None:
        found_at, member = self._known.get(member_id, (0.0, None))
        if member is not None and self.monotonic() - found_at < REMEMBERED:
            return member
        self._known.pop(member_id, None)
        answer = self.client().get_item(TableName=self.table, Key=to_item(_key(member_id)))
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        member = Member(
            id=member_id, org_id=item["orgId"], role=Role(item["role"]), name=item["name"]
        )
        self._known[member_id] = self.monotonic(), member
        return member

    def put(self, member: Member) -> None:
        item = {"orgId": member.org_id, "role": member.role.value, "name": member.name}
        self.client().put_item(TableName=self.table, Item=to_item({**_key(member.id), **item}))

    def remove(self, member_id: str) -> None:
        self.client().delete_item(TableName=self.table, Key=to_item(_key(member_id)))


def _key(member_id: str) -> dict[str, str]:
    return {"pk": f"MEMBER#{member_id}", "sk": SORT_KEY}
