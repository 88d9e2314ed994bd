"""One attempt to deliver an event to a webhook, for each message of the queue of deliveries."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from deliver_webhook.settings import DeliverWebhookSettings
from spool.aws.news import EventBridgeNews
from spool.aws.runtime import count, logger, queue_function
from spool.aws.webhooks import DynamoDeliveries, DynamoEndpoints, SqsDeliveryQueue, requested
from spool.model import utc_now
from spool.outbound import Sender, loopback_receivers
from spool.services.delivering import Deliverer


@cache
def deliverer() -> Deliverer:
    settings = DeliverWebhookSettings.from_environment()
    return Deliverer(
        endpoints=DynamoEndpoints(table=settings.table_name),
        deliveries=DynamoDeliveries(table=settings.table_name, clock=utc_now),
        queue=SqsDeliveryQueue(
            queue_url=settings.webhooks_queue_url, dead_letters_url=settings.dead_letters_url
        ),
        post=Sender(loopback=loopback_receivers()),
        news=EventBridgeNews(bus=settings.event_bus_name),
        clock=utc_now,
        chance=secrets.SystemRandom().random,
    )


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    ref, event_id, round_ = requested(record)
    attempt = deliverer().deliver(ref, event_id, round_)
    if attempt is None:
        return
    if not attempt.succeeded:
        count("WebhookAttemptFailed")
    logger().info(
        "attempted",
        webhook_id=ref.id,
        event_id=event_id,
        status_code=attempt.status_code,
        error=attempt.error,
    )
