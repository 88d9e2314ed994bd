"""What organisations hold and may hold, in the catalogue's table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from spool.aws import clients
from spool.aws.catalogue_writes import LIMITS, USAGE, day_sort, org_key
from spool.aws.items import from_item, to_item
from spool.model import camel
from spool.quotas import DayUsage, Limits, Usage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoLedger:
    """Implements `ports.Ledger`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def usage(self, org_id: str) -> Usage:
        item = self._read(org_id, USAGE) or {}
        return Usage(**_named(Usage, item))

    def days(self, org_id: str, since: str, until: str) -> Sequence[DayUsage]:
        values = {
            ":pk": org_key(org_id, USAGE)["pk"],
            ":since": day_sort(since),
            ":until": day_sort(until),
        }
        pages = self.client().get_paginator("query")
        found = pages.paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :since AND :until",
            ExpressionAttributeValues=to_item(values),
        )
        items = [from_item(item) for page in found for item in page["Items"]]
        return [
            DayUsage(date=item["sk"].partition("#")[2], **_named(DayUsage, item)) for item in items
        ]

    def limits(self, org_id: str) -> Limits | None:
        item = self._read(org_id, LIMITS)
        return None if item is None else Limits(bytes=item["bytes"], assets=item["assets"])

    def set_limits(self, org_id: str, limits: Limits) -> None:
        item = {**org_key(org_id, LIMITS), "bytes": limits.bytes, "assets": limits.assets}
        self.client().put_item(TableName=self.table, Item=to_item(item))

    def _read(self, org_id: str, sort: str) -> dict[str, Any] | None:
        answer = self.client().get_item(
            TableName=self.table, Key=to_item(org_key(org_id, sort)), ConsistentRead=True
        )
        return from_item(answer["Item"]) if "Item" in answer else None


def _named(kind: type[Usage | DayUsage], item: dict[str, Any]) -> dict[str, Any]:
    """The counters of `kind` that the item has."""
    names = [field.name for field in fields(kind) if camel(field.name) in item]
    return {name: item[camel(name)] for name in names}
