"""Members of organisations in the catalogue's table.

pk MEMBER#{id}   sk MEMBER   the organisation, role and name of one principal
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.items import from_item, to_item
from spool.identity import Member, Role
from spool.remembered import Remembered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SORT_KEY = "MEMBER"
REMEMBERED = 60.0  # seconds: so long may somebody go on who is no member any more


class DynamoMembers:
    """What was found is remembered for a minute; strangers aren't."""

    def __init__(
        self,
        *,
        table: str,
        client: Callable[[], DynamoDBClient] = clients.dynamodb,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table, self._client = table, client
        self._known: Remembered[Member] = Remembered(REMEMBERED, monotonic)

    def get(self, member_id: str) -> Member | None:
        return self._known.get(member_id, lambda: self.stored(member_id))

    def stored(self, member_id: str) -> Member | None:
        """As of now."""
        answer = self._client().get_item(
            TableName=self._table, Key=to_item(_key(member_id)), ConsistentRead=True
        )
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        return Member(
            id=member_id, org_id=item["orgId"], role=Role(item["role"]), name=item["name"]
        )

    def put(self, member: Member) -> None:
        item = {"orgId": member.org_id, "role": member.role.value, "name": member.name}
        self._client().put_item(TableName=self._table, Item=to_item({**_key(member.id), **item}))

    def remove(self, member_id: str) -> None:
        self._client().delete_item(TableName=self._table, Key=to_item(_key(member_id)))


def _key(member_id: str) -> dict[str, str]:
    return {"pk": f"MEMBER#{member_id}", "sk": SORT_KEY}
