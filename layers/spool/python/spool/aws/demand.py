"""Counters of variants, in a DynamoDB table of their own.

pk ASKED#{key of the quick encode}                        asked     how often it was fetched
pk VARIANTS#{org}/{project}/{media}/{tag}#{period}        admitted  variants made in that period

A period is as long as a stored variant lives, so what is made anew because it expired is counted
anew. Of one version of an asset there are thus never more than two periods' variants at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import false_if_condition_failed
from spool.keys import AssetRef
from spool.services.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class DynamoDemand:
    """Implements `ports.Demand`. `lifetime` is that of stored variants."""

    table: str
    lifetime: timedelta
    clock: Clock
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def asked(self, key: str) -> int:
        answer = self.client().update_item(
            TableName=self.table,
            Key={"pk": {"S": f"ASKED#{key}"}},
            UpdateExpression="ADD asked :one SET expiresAt = :end",
            ExpressionAttributeValues={":one": {"N": "1"}, ":end": {"N": str(self._end())}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["asked"]["N"])

    def admit(self, ref: AssetRef, tag: str, limit: int) -> bool:
        if limit == 0:
            return False  # the condition below lets the first one in
        period = int(self.clock().timestamp() // self.lifetime.total_seconds())
        try:
            self.client().update_item(
                TableName=self.table,
                Key={"pk": {"S": f"VARIANTS#{ref.path}/{tag}#{period}"}},
                UpdateExpression="ADD admitted :one SET expiresAt = :end",
                ConditionExpression="attribute_not_exists(admitted) OR admitted < :limit",
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":end": {"N": str(self._end())},
                    ":limit": {"N": str(limit)},
                },
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True

    def _end(self) -> int:
        return int((self.clock() + self.lifetime).timestamp())
