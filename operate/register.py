"""The catalogue's table as an operator sees it: every item, and the organisations' sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from operate.deployment import OperatorError
from spool.aws import clients
from spool.aws.catalogue import ASSET_SK, DynamoCatalogue, false_if_condition_failed
from spool.aws.catalogue_writes import USAGE, org_key
from spool.aws.items import from_item, to_item
from spool.aws.ledger import DynamoLedger
from spool.model import Asset, utc_now
from spool.quotas import Usage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ScanInputPaginateTypeDef

Item = Mapping[str, Any]

MALFORMED = (KeyError, TypeError, ValueError)  # of a record that `Asset` can't be made of

_TRIES = 5  # to see an organisation's counters stand still while its assets are summed up


class Moving(OperatorError):
    """The organisation's counters changed each time that they were compared."""

    def __init__(self, org_id: str) -> None:
        super().__init__(f"{org_id}: its counters never stood still, and are as they were")


class Unreadable(OperatorError):
    """An asset that can't be read may hold anything."""

    def __init__(self, org_id: str) -> None:
        super().__init__(f"{org_id}: an asset can't be read (fsck names it), so nothing is mended")


@dataclass(frozen=True, kw_only=True)
class Register:
    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    @property
    def catalogue(self) -> DynamoCatalogue:
        return DynamoCatalogue(table=self.table, clock=utc_now, client=self.client)

    @property
    def ledger(self) -> DynamoLedger:
        return DynamoLedger(table=self.table, client=self.client)

    def items(self, org_id: str | None = None) -> Iterator[Item]:
        """All items, or those of one organisation and its members, as last written. One page is
        held."""
        scan: ScanInputPaginateTypeDef = {"TableName": self.table, "ConsistentRead": True}
        if org_id is not None:
            scan["FilterExpression"] = "begins_with(pk, :assets) OR pk = :org OR orgId = :id"
            values = {
                ":assets": f"ASSET#{org_id}#",
                ":org": org_key(org_id, USAGE)["pk"],
                ":id": org_id,
            }
            scan["ExpressionAttributeValues"] = to_item(values)
        for page in self.client().get_paginator("scan").paginate(**scan):
            yield from map(from_item, page["Items"])

    def item(self, item: Item) -> Item | None:
        """The same item as it is now."""
        key = to_item({"pk": item["pk"], "sk": item["sk"]})
        answer = self.client().get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def compared(self, org_id: str) -> tuple[Usage, Usage]:
        """The organisation's counters, and the sum of its assets at the same time: the counters
        were the same before and after. Raises Moving."""
        before = self.ledger.usage(org_id)
        for _ in range(_TRIES):
            held = self._held(org_id)
            after = self.ledger.usage(org_id)
            if after == before:
                return after, held
            before = after
        raise Moving(org_id)

    def mend(self, org_id: str) -> tuple[Usage, Usage] | None:
        """Set the organisation's counters to the sum of its assets, unless they changed since they
        were read; what they were and are, None where they were right. Raises Moving and
        Unreadable."""
        for _ in range(_TRIES):
            if any(_is_malformed(item) for item in self.items(org_id)):
                raise Unreadable(org_id)
            counted, held = self.compared(org_id)
            if counted == held:
                return None
            if self._count(org_id, counted, held):
                return counted, held
        raise Moving(org_id)

    def _held(self, org_id: str) -> Usage:
        total = Usage()
        for item in self.items(org_id):
            total += counted_for(item)
        return total

    def _count(self, org_id: str, before: Usage, after: Usage) -> bool:
        names = {"bytes": "bytes", "reservedBytes": "reserved_bytes", "assets": "assets"}
        same = [
            f"(#{n} = :{n}Before OR (attribute_not_exists(#{n}) AND :{n}Before = :zero))"
            for n in names
        ]
        values: dict[str, int] = {":zero": 0}
        for name, field in names.items():
            values[f":{name}"] = getattr(after, field)
            values[f":{name}Before"] = getattr(before, field)
        try:
            self.client().update_item(
                TableName=self.table,
                Key=to_item(org_key(org_id, USAGE)),
                UpdateExpression="SET " + ", ".join(f"#{n} = :{n}" for n in names),
                ConditionExpression=" AND ".join(same),
                ExpressionAttributeNames={f"#{n}": n for n in names},
                ExpressionAttributeValues=to_item(values),
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True


def counted_for(item: Item) -> Usage:
    """What an item counts for: nothing unless it is an asset's that can be read."""
    if item["sk"] != ASSET_SK or _is_malformed(item):
        return Usage()
    return Usage.of(Asset.from_record(item))


def _is_malformed(item: Item) -> bool:
    if item["sk"] != ASSET_SK:
        return False
    try:
        Asset.from_record(item)
    except MALFORMED:
        return True
    return False
