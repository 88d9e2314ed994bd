"""Connections in the catalogue's table, and what they listen to.

pk LIVE#{orgId}              sk CONNECTION#{id}   `memberId`, `targets`, `faults`; expires
pk LIVE#{orgId}#{target}     sk {id}              it listens to that; expires
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import false_if_condition_failed
from spool.aws.catalogue_writes import delete_items
from spool.aws.items import from_item, to_item
from spool.aws.transactions import Action, transact
from spool.live import CONNECTION_LIFETIME, Target
from spool.services.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTION = "CONNECTION#"


@dataclass(frozen=True, kw_only=True)
class DynamoConnections:
    """Implements `live_ports.Connections`."""

    table: str
    clock: Clock
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def open(self, org_id: str, connection: str, member_id: str) -> None:
        item = {
            **_key(org_id, connection),
            "memberId": member_id,
            "faults": 0,
            "expiresAt": self._expiry,
        }
        self.client().put_item(TableName=self.table, Item=to_item(item))

    def is_open(self, org_id: str, connection: str) -> bool:
        answer = self.client().get_item(
            TableName=self.table, Key=to_item(_key(org_id, connection)), ConsistentRead=True
        )
        return "Item" in answer

    def count(self, org_id: str, most: int) -> int:
        return sum(1 for _ in islice(self._unexpired(org_key(org_id), CONNECTION), most))

    def subscribe(self, org_id: str, connection: str, target: Target, most: int) -> bool:
        listener = {**_listener_key(org_id, connection, target), "expiresAt": self._expiry}
        put = {"Put": {"TableName": self.table, "Item": to_item(listener)}}
        failed = transact(self.client(), [self._one_more(org_id, connection, target, most), put])
        return not failed

    def unsubscribe(self, org_id: str, connection: str, target: Target) -> None:
        where: dict[str, Any] = {
            "TableName": self.table,
            "Key": to_item(_key(org_id, connection)),
            "UpdateExpression": "DELETE #targets :target",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": {"#targets": "targets"},
            "ExpressionAttributeValues": {":target": {"SS": [target.name]}},
        }
        key = to_item(_listener_key(org_id, connection, target))
        transact(
            self.client(), [{"Update": where}, {"Delete": {"TableName": self.table, "Key": key}}]
        )

    def fault(self, org_id: str, connection: str) -> int:
        try:
            answer = self.client().update_item(
                TableName=self.table,
                Key=to_item(_key(org_id, connection)),
                UpdateExpression="ADD #faults :one",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={"#faults": "faults"},
                ExpressionAttributeValues=to_item({":one": 1}),
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as error:
            return int(false_if_condition_failed(error))
        return int(from_item(answer["Attributes"])["faults"])

    def close(self, org_id: str, connection: str) -> None:
        answer = self.client().delete_item(
            TableName=self.table,
            Key=to_item(_key(org_id, connection)),
            ReturnValues="ALL_OLD",
        )
        targets = from_item(answer.get("Attributes", {})).get("targets", ())
        keys = [to_item({"pk": f"{org_key(org_id)}#{name}", "sk": connection}) for name in targets]
        delete_items(self.client(), self.table, keys)

    def expel(self, org_id: str, member_id: str) -> int:
        """Close all of one member's: how many there were. They are told nothing from now on."""
        found = [
            item["sk"].removeprefix(CONNECTION)
            for item in self._unexpired(org_key(org_id), CONNECTION)
            if item.get("memberId") == member_id
        ]
        for connection in found:
            self.close(org_id, connection)
        return len(found)

    def listening(self, org_id: str, target: Target) -> Sequence[str]:
        return [item["sk"] for item in self._unexpired(f"{org_key(org_id)}#{target.name}")]

    @property
    def _expiry(self) -> int:
        return int((self.clock() + CONNECTION_LIFETIME).timestamp())

    def _one_more(self, org_id: str, connection: str, target: Target, most: int) -> Action:
        """Of its targets, unless there are `most`."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_item(_key(org_id, connection)),
                "UpdateExpression": "ADD #targets :target",
                "ConditionExpression": (
                    "attribute_exists(pk) AND (attribute_not_exists(#targets)"
                    " OR size(#targets) < :most OR contains(#targets, :name))"
                ),
                "ExpressionAttributeNames": {"#targets": "targets"},
                "ExpressionAttributeValues": {
                    ":target": {"SS": [target.name]},
                    **to_item({":most": most, ":name": target.name}),
                },
            }
        }

    def _unexpired(self, partition: str, prefix: str = "") -> Iterator[dict[str, Any]]:
        """`sk` and `memberId` of those under `prefix`: TTL takes its time, so what has expired is
        left out here."""
        values = {":pk": partition, ":now": int(self.clock().timestamp())}
        condition = "pk = :pk"
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = prefix
        pages = self.client().get_paginator("query")
        found = pages.paginate(
            TableName=self.table,
            KeyConditionExpression=condition,
            FilterExpression="#expires > :now",
            ProjectionExpression="sk, memberId",
            ExpressionAttributeNames={"#expires": "expiresAt"},
            ExpressionAttributeValues=to_item(values),
            ConsistentRead=True,
        )
        return (from_item(item) for page in found for item in page["Items"])


def org_key(org_id: str) -> str:
    return f"LIVE#{org_id}"


def _key(org_id: str, connection: str) -> dict[str, str]:
    return {"pk": org_key(org_id), "sk": f"{CONNECTION}{connection}"}


def _listener_key(org_id: str, connection: str, target: Target) -> dict[str, str]:
    return {"pk": f"{org_key(org_id)}#{target.name}", "sk": connection}
