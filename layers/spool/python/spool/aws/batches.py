"""Requests to process many assets anew, in the catalogue's table, and the queue of their work.

pk ORG#{orgId}   sk REPROCESSING#{id}   by the record's names; expires
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import false_if_condition_failed
from spool.aws.catalogue_writes import org_key
from spool.aws.items import from_item, to_item
from spool.reprocessing import Batch, BatchRef
from spool.services.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

LIFETIME = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class DynamoBatches:
    """Implements `run_ports.Batches`."""

    table: str
    clock: Clock
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def insert(self, batch: Batch) -> None:
        self.client().put_item(TableName=self.table, Item=self._item(batch))

    def get(self, ref: BatchRef) -> Batch | None:
        answer = self.client().get_item(
            TableName=self.table, Key=to_item(_key(ref)), ConsistentRead=True
        )
        return Batch.from_record(ref, from_item(answer["Item"])) if "Item" in answer else None

    def update(self, before: Batch, after: Batch) -> bool:
        try:
            self.client().put_item(
                TableName=self.table,
                Item=self._item(after),
                ConditionExpression="#rev = :before",
                ExpressionAttributeNames={"#rev": "rev"},
                ExpressionAttributeValues=to_item({":before": before.rev}),
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True

    def _item(self, batch: Batch) -> dict[str, Any]:
        expires = int((self.clock() + LIFETIME).timestamp())
        return to_item({**_key(batch.ref), **batch.to_record(), "expiresAt": expires})


def _key(ref: BatchRef) -> dict[str, str]:
    return org_key(ref.org_id, f"REPROCESSING#{ref.id}")


@dataclass(frozen=True, kw_only=True)
class SqsBatchQueue:
    """Implements `run_ports.BatchQueue`. Messages are delivered at least once, in any order."""

    queue_url: str
    client: Callable[[], SQSClient] = clients.sqs

    def request(self, ref: BatchRef, seconds: int) -> None:
        body = json.dumps({"orgId": ref.org_id, "id": ref.id})
        self.client().send_message(QueueUrl=self.queue_url, MessageBody=body, DelaySeconds=seconds)


def requested(record: Mapping[str, Any]) -> BatchRef:
    """Which request one message (a record of the Lambda's event) is about."""
    message = json.loads(record["body"])
    return BatchRef(message["orgId"], message["id"])
