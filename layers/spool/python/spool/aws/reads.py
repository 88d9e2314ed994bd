"""Reads of many items of the table at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spool.aws.items import from_item, to_item
from spool.errors import Transient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES = 8
_KEYS_AT_ONCE = 100  # of BatchGetItem
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 1.0  # seconds


def get_items(
    client: DynamoDBClient,
    table: str,
    keys: Sequence[Mapping[str, str]],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Sequence[Mapping[str, Any]]:
    """Those of `keys` that are there, as last written, as plain values and in any order. What
    DynamoDB leaves over, as it does when much was asked, is asked for again. Raises Transient."""
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        left: Any = [to_item(key) for key in keys[start : start + _KEYS_AT_ONCE]]
        for attempt in range(TRIES):
            answer = client.batch_get_item(
                RequestItems={table: {"Keys": left, "ConsistentRead": True}}
            )
            found += map(from_item, answer["Responses"].get(table, []))
            rest = answer.get("UnprocessedKeys", {}).get(table)
            if not rest:
                break
            left = rest["Keys"]
            sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)))  # noqa: S311
        else:
            raise Transient("The table gives items too slowly for now.")
    return found
