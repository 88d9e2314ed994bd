from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import boto3

from spool.aws.webhooks import DynamoDeliveries, DynamoEndpoints, SqsDeliveryQueue
from spool.webhooks import Delivery, DeliveryStatus, Endpoint, WebhookRef, event_id

AT = "2025-01-15T10:00:00.000Z"


def endpoint(number: int) -> Endpoint:
    return Endpoint(
        id=f"webhook_{number:028x}",
        org_id="org",
        url="https://a.example/",
        secret="whsec_c2VjcmV0",
        created_at=AT,
        event_types=("asset.ready",),
    )


def delivery(number: int) -> Delivery:
    return Delivery(
        event_id=event_id(AT, number),
        webhook_id=endpoint(1).id,
        org_id="org",
        type="asset.ready",
        body="{}",
        status=DeliveryStatus.PENDING,
        created_at=AT,
        due_at=AT,
    )


def test_an_organisation_has_so_many_endpoints_and_room_again_once_one_is_gone(table: str) -> None:
    endpoints = DynamoEndpoints(table=table)
    assert [endpoints.insert(endpoint(n), 2) for n in (1, 2, 3)] == [True, True, False]
    assert endpoints.remove(endpoint(1).ref)
    assert not endpoints.remove(endpoint(1).ref)
    assert endpoints.insert(endpoint(3), 2)
    assert endpoints.of("org") == [endpoint(2), endpoint(3)]
    assert endpoints.get(endpoint(2).ref) == endpoint(2)
    assert endpoints.get(WebhookRef("other", endpoint(2).id)) is None


def test_the_first_of_two_changes_counts(table: str) -> None:
    endpoints = DynamoEndpoints(table=table)
    endpoints.insert(before := endpoint(1), 2)
    assert endpoints.update(before, paused := before.paused("why", AT))
    assert not endpoints.update(before, before.moved(description="late"))
    assert endpoints.get(before.ref) == paused


def test_a_log_is_read_from_the_newest_page_by_page(table: str) -> None:
    deliveries = DynamoDeliveries(table=table, clock=lambda: datetime(2025, 1, 15, tzinfo=UTC))
    ids = sorted((delivery(n).event_id for n in range(5)), reverse=True)
    for n in range(5):
        assert deliveries.insert(delivery(n))
    assert not deliveries.insert(replace(delivery(1), body="another"))
    first = deliveries.page(endpoint(1).ref, after=None, limit=3)
    rest = deliveries.page(endpoint(1).ref, after=first[-1].event_id, limit=3)
    assert [one.event_id for one in (*first, *rest)] == ids


def test_messages_are_grouped_by_organisation_so_that_the_queue_is_fair(aws: None) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="webhooks")["QueueUrl"]
    queue = SqsDeliveryQueue(queue_url=url, dead_letters_url=url, client=lambda: sqs)
    queue.request(delivery(1), 0)
    queue.give_up(replace(delivery(2), org_id="other"))
    received = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    )
    groups = {message["Attributes"]["MessageGroupId"] for message in received["Messages"]}
    assert groups == {"org", "other"}
