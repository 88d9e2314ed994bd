"""Webhooks and their deliveries in the catalogue's table, and the queue of what is to be delivered.

pk ORG#{orgId}                    sk WEBHOOK#{id}         an endpoint, by its record's names
                                  sk WEBHOOKS             how many there are: `count`
pk WEBHOOK#{orgId}#{webhookId}    sk DELIVERY#{eventId}   a delivery; expires
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import false_if_condition_failed
from spool.aws.catalogue_writes import org_key
from spool.aws.items import from_item, to_item
from spool.aws.transactions import Action, transact
from spool.services.ports import Clock
from spool.webhooks import KEPT, Delivery, Endpoint, WebhookRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

LONGEST_DELAY = 900  # seconds: SQS's
WEBHOOK, DELIVERY = "WEBHOOK#", "DELIVERY#"


@dataclass(frozen=True, kw_only=True)
class DynamoEndpoints:
    """Implements `webhook_ports.Endpoints`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def insert(self, endpoint: Endpoint, most: int) -> bool:
        put = {
            "Put": {
                "TableName": self.table,
                "Item": _endpoint_item(endpoint),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        room = "attribute_not_exists(#count) OR #count < :most"
        return not transact(
            self.client(), [put, self._count(endpoint.org_id, 1, room, {":most": most})]
        )

    def get(self, ref: WebhookRef) -> Endpoint | None:
        answer = self.client().get_item(
            TableName=self.table, Key=_endpoint_key(ref), ConsistentRead=True
        )
        return Endpoint.from_record(from_item(answer["Item"])) if "Item" in answer else None

    def of(self, org_id: str) -> Sequence[Endpoint]:
        answer = self.client().query(  # a page has room for them all
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=to_item({":pk": org_key(org_id, "")["pk"], ":sk": WEBHOOK}),
            ConsistentRead=True,
        )
        return [Endpoint.from_record(from_item(item)) for item in answer["Items"]]

    def update(self, before: Endpoint, after: Endpoint) -> bool:
        return _replace(self.client(), self.table, _endpoint_item(after), before.rev)

    def remove(self, ref: WebhookRef) -> bool:
        delete = {
            "Delete": {
                "TableName": self.table,
                "Key": _endpoint_key(ref),
                "ConditionExpression": "attribute_exists(pk)",
            }
        }
        return not transact(self.client(), [delete, self._count(ref.org_id, -1)])

    def _count(
        self, org_id: str, change: int, condition: str = "", values: Mapping[str, int] | None = None
    ) -> Action:
        update = {
            "TableName": self.table,
            "Key": to_item(org_key(org_id, "WEBHOOKS")),
            "UpdateExpression": "ADD #count :change",
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": to_item({":change": change, **(values or {})}),
        }
        return {"Update": {**update, **({"ConditionExpression": condition} if condition else {})}}


@dataclass(frozen=True, kw_only=True)
class DynamoDeliveries:
    """Implements `webhook_ports.Deliveries`."""

    table: str
    clock: Clock
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def insert(self, delivery: Delivery) -> bool:
        try:
            self.client().put_item(
                TableName=self.table,
                Item=self._item(delivery),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True

    def get(self, ref: WebhookRef, event_id: str) -> Delivery | None:
        answer = self.client().get_item(
            TableName=self.table, Key=to_item(_delivery_key(ref, event_id)), ConsistentRead=True
        )
        return Delivery.from_record(from_item(answer["Item"])) if "Item" in answer else None

    def page(self, ref: WebhookRef, *, after: str | None, limit: int) -> Sequence[Delivery]:
        last = DELIVERY + ("~" if after is None else after)
        values = {":pk": _delivery_key(ref, "")["pk"], ":from": DELIVERY, ":to": last}
        pages = (
            self.client()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
                ExpressionAttributeValues=to_item(values),
                ScanIndexForward=False,
                ConsistentRead=True,
                PaginationConfig={"MaxItems": limit + 1, "PageSize": limit + 1},
            )
        )
        found = [from_item(item) for page in pages for item in page["Items"]]
        return [Delivery.from_record(one) for one in found if one["eventId"] != after][:limit]

    def update(self, before: Delivery, after: Delivery) -> bool:
        return _replace(self.client(), self.table, self._item(after), before.rev)

    def _item(self, delivery: Delivery) -> dict[str, Any]:
        expires = int((self.clock() + KEPT).timestamp())
        key = _delivery_key(delivery.endpoint, delivery.event_id)
        return to_item({**key, **delivery.to_record(), "expiresAt": expires})


def _replace(client: DynamoDBClient, table: str, item: dict[str, Any], rev: int) -> bool:
    try:
        client.put_item(
            TableName=table,
            Item=item,
            ConditionExpression="#rev = :before",
            ExpressionAttributeNames={"#rev": "rev"},
            ExpressionAttributeValues=to_item({":before": rev}),
        )
    except ClientError as error:
        return false_if_condition_failed(error)
    return True


def _endpoint_key(ref: WebhookRef) -> dict[str, Any]:
    return to_item(org_key(ref.org_id, f"{WEBHOOK}{ref.id}"))


def _endpoint_item(endpoint: Endpoint) -> dict[str, Any]:
    return {**to_item(endpoint.to_record()), **_endpoint_key(endpoint.ref)}


def _delivery_key(ref: WebhookRef, event_id: str) -> dict[str, str]:
    return {"pk": f"WEBHOOK#{ref.org_id}#{ref.id}", "sk": f"{DELIVERY}{event_id}"}


@dataclass(frozen=True, kw_only=True)
class SqsDeliveryQueue:
    """Implements `webhook_ports.DeliveryQueue`. What is due later than SQS can delay comes early,
    and is put back by who gets it. Who never gives up needs no `dead_letters_url`.

    Messages are grouped by organisation, so that SQS keeps the queue fair (standard queues hold no
    order in a group): while one organisation's attempts hang, the others' come first."""

    queue_url: str
    dead_letters_url: str = ""
    client: Callable[[], SQSClient] = clients.sqs

    def request(self, delivery: Delivery, seconds: int) -> None:
        self.client().send_message(
            QueueUrl=self.queue_url,
            MessageBody=_message(delivery),
            DelaySeconds=min(max(seconds, 0), LONGEST_DELAY),
            MessageGroupId=delivery.org_id,
        )

    def give_up(self, delivery: Delivery) -> None:
        self.client().send_message(
            QueueUrl=self.dead_letters_url,
            MessageBody=_message(delivery),
            MessageGroupId=delivery.org_id,
        )


def _message(delivery: Delivery) -> str:
    return json.dumps(
        {
            "orgId": delivery.org_id,
            "webhookId": delivery.webhook_id,
            "eventId": delivery.event_id,
            "round": delivery.round,
        }
    )


def requested(record: Mapping[str, Any]) -> tuple[WebhookRef, str, int]:
    """Which endpoint, event and round one message (a record of the Lambda's event) is about."""
    message = json.loads(record["body"])
    ref = WebhookRef(message["orgId"], message["webhookId"])
    return ref, message["eventId"], message["round"]
