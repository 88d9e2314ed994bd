"""Writes of an asset together with its versions and its organisation's counters: one transaction.

pk ASSET#{orgId}#{mediaId}   sk VERSION#{versionId}    a version of the original; one that was
                                                       `removed` is kept while its event may come
pk ORG#{orgId}               sk USAGE                  the counters of `quotas.Usage`
                             sk USAGE#{date}           those of `quotas.DayUsage`
                             sk LIMITS                 the organisation's own limits, if it has any
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from spool.aws.items import to_item
from spool.aws.transactions import Action, transact
from spool.errors import QuotaExceeded, Transient
from spool.model import Version, camel
from spool.quotas import DayUsage, Limits, Usage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VERSION = "VERSION#"
USAGE = "USAGE"
LIMITS = "LIMITS"

_DELETED_AT_ONCE = 25  # DynamoDB's limit
EVENTS_RETURN = timedelta(days=60)
"""A queue keeps an event for 14 days, and its dead-letter queue for as long once more."""


def org_key(org_id: str, sort: str) -> dict[str, str]:
    return {"pk": f"ORG#{org_id}", "sk": sort}


def day_sort(date: str) -> str:
    return f"{USAGE}#{date}"


def write_together(
    client: DynamoDBClient,
    actions: Sequence[Action],
    *,
    quota: int | None,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Write all of `actions` or none; whether it was done. False says that a condition of one does
    not hold, which raises QuotaExceeded where that is the action `quota`. Raises Transient."""
    failed = transact(client, actions, sleep=sleep)
    if failed == {quota}:
        raise QuotaExceeded("Your organisation has no more room for this.")
    return not failed


def count(table: str, org_id: str, change: Usage, limits: Limits | None) -> Action:
    """Add `change` to the organisation's counters, which `limits` bound. Raises QuotaExceeded where
    it is more than they allow at all."""
    update: dict[str, Any] = {
        "TableName": table,
        "Key": to_item(org_key(org_id, USAGE)),
        "UpdateExpression": "ADD #bytes :bytes, #reserved :reserved, #assets :assets",
        "ExpressionAttributeNames": {
            "#bytes": "bytes",
            "#reserved": "reservedBytes",
            "#assets": "assets",
        },
    }
    values = {
        ":bytes": change.bytes,
        ":reserved": change.reserved_bytes,
        ":assets": change.assets,
    }
    if limits is not None:
        conditions = []
        for name, added, most in (
            ("bytes", change.bytes, limits.bytes),
            ("assets", change.assets, limits.assets),
        ):
            if added > most:
                raise QuotaExceeded(f"Your organisation may hold {most:,} {name}.")
            if added > 0:
                conditions.append(f"(attribute_not_exists(#{name}) OR #{name} <= :{name}Before)")
                values[f":{name}Before"] = most - added
        if conditions:
            update["ConditionExpression"] = " AND ".join(conditions)
    return {"Update": {**update, "ExpressionAttributeValues": to_item(values)}}


def count_day(table: str, org_id: str, day: DayUsage) -> Action:
    counters = {name: value for name, value in asdict(day).items() if name != "date" and value}
    return {
        "Update": {
            "TableName": table,
            "Key": to_item(org_key(org_id, day_sort(day.date))),
            "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in counters),
            "ExpressionAttributeNames": {f"#{name}": camel(name) for name in counters},
            "ExpressionAttributeValues": to_item({f":{k}": v for k, v in counters.items()}),
        }
    }


def put_version(table: str, partition: str, version: Version) -> Action:
    """Unless it is there."""
    item = {"pk": partition, "sk": f"{VERSION}{version.id}"}
    values = {camel(name): value for name, value in asdict(version).items()}
    return {
        "Put": {
            "TableName": table,
            "Item": to_item({**item, **values}),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def remove_version(table: str, partition: str, version: Version, until: datetime) -> Action:
    """If it is there. That it was is known until then."""
    return {
        "Update": {
            "TableName": table,
            "Key": to_item({"pk": partition, "sk": f"{VERSION}{version.id}"}),
            "UpdateExpression": "SET #removed = :removed, #expires = :expires",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#removed)",
            "ExpressionAttributeNames": {"#removed": "removed", "#expires": "expiresAt"},
            "ExpressionAttributeValues": to_item(
                {":removed": True, ":expires": int(until.timestamp())}
            ),
        }
    }


def bar_version(table: str, partition: str, version_id: str, until: datetime) -> Action:
    """Unless it is there."""
    item = {
        "pk": partition,
        "sk": f"{VERSION}{version_id}",
        "removed": True,
        "expiresAt": int(until.timestamp()),
    }
    return {
        "Put": {
            "TableName": table,
            "Item": to_item(item),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def delete_items(client: DynamoDBClient, table: str, keys: Sequence[Mapping[str, Any]]) -> None:
    """Raises Transient when some are left."""
    for start in range(0, len(keys), _DELETED_AT_ONCE):
        batch = keys[start : start + _DELETED_AT_ONCE]
        wanted: Any = {table: [{"DeleteRequest": {"Key": key}} for key in batch]}
        answer = client.batch_write_item(RequestItems=wanted)
        if answer.get("UnprocessedItems"):
            raise Transient("The table takes no more writes for now.")


def is_removed(item: Mapping[str, Any]) -> bool:
    return bool(item.get("removed", False))


def version_of(item: Mapping[str, Any]) -> Version:
    return Version(**{name: item[camel(name)] for name in Version.__dataclass_fields__})
