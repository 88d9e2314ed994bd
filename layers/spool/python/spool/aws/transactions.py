"""Writes of several items of the table: all of them, or none."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.errors import Transient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES = 12  # an organisation's counters are written by all its uploads at once

_FIRST_WAIT, _LONGEST_WAIT = 0.01, 0.64  # seconds

_CONDITION = "ConditionalCheckFailed"
_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})

Action = Mapping[str, Any]


def transact(
    client: DynamoDBClient,
    actions: Sequence[Action],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> frozenset[int]:
    """Write all of `actions` or none; the indexes of those whose conditions don't hold, nothing
    where it was done. Who is in the way of others tries again, a little later each time. Raises
    Transient."""
    for attempt in range(TRIES):
        try:
            client.transact_write_items(TransactItems=list(actions))  # type: ignore[arg-type]
        except ClientError as error:
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            failed = frozenset(i for i, code in enumerate(codes) if code == _CONDITION)
            if failed:
                return failed
            if not _CONFLICTS.intersection(codes):
                raise
            sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)))  # noqa: S311
        else:
            return frozenset()
    raise Transient("The same items of the table are being written by too many others.")
