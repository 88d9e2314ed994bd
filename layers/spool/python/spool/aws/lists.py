"""Pages of lists in the catalogue's table, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spool.aws.items import from_item, to_item
from spool.indexes import LISTED, Filters

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Page:
    """Items as plain values, and the position of the last one where there are more."""

    items: Sequence[Mapping[str, Any]]
    next: str | None


def find_page(
    client: DynamoDBClient,
    table: str,
    filters: Filters,
    *,
    since: str | None,
    until: str | None,
    after: str | None,
    limit: int,
) -> Page:
    """`since` and `until` are timestamps, both included; `after` is where a former page ended.
    Reads one item more than it gives, which says whether there are more."""
    index, partition = filters.partition()
    first, last = since or "0", f"{until or '~'}~"
    if after is not None:
        last = min(last, _just_before(after))
    if last < first:
        return Page([], None)
    answer = client.query(
        TableName=table,
        IndexName=index.name,
        ScanIndexForward=False,
        KeyConditionExpression="#key = :key AND #at BETWEEN :first AND :last",
        ExpressionAttributeNames={"#key": index.partition_key, "#at": LISTED},
        ExpressionAttributeValues=to_item({":key": partition, ":first": first, ":last": last}),
        Limit=limit + 1,
    )
    items = [from_item(item) for item in answer["Items"]]
    is_last = len(items) <= limit and "LastEvaluatedKey" not in answer
    page = items[:limit]
    return Page(page, None if is_last or not page else page[-1][LISTED])


def _just_before(position: str) -> str:
    """No key lies between this and `position`: ids are of letters, digits, `_`, `.` and `-`."""
    return f"{position[:-1]}{chr(ord(position[-1]) - 1)}~"
