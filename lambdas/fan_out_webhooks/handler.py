"""News of the bus, from a queue: a delivery for each webhook that wants it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from fan_out_webhooks.settings import FanOutWebhooksSettings
from spool.aws.runtime import logger, queue_function
from spool.aws.webhooks import DynamoDeliveries, DynamoEndpoints, SqsDeliveryQueue
from spool.model import utc_now
from spool.services.fan_out import FanOut, event_of


@cache
def fan_out() -> FanOut:
    settings = FanOutWebhooksSettings.from_environment()
    return FanOut(
        endpoints=DynamoEndpoints(table=settings.table_name),
        deliveries=DynamoDeliveries(table=settings.table_name, clock=utc_now),
        queue=SqsDeliveryQueue(queue_url=settings.webhooks_queue_url),
        clock=utc_now,
    )


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    news = json.loads(record["body"])
    event = event_of(news["detail-type"], news["detail"])
    told = fan_out().hear(event)
    logger().info("heard", event_id=event.id, type=event.type, told=told)
