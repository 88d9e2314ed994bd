"""News of assets, from a queue: told to the connections that listen to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from push_live.settings import PushLiveSettings
from spool.aws.connections import DynamoConnections
from spool.aws.line import ApiGatewayLine
from spool.aws.news_log import DynamoNewsLog
from spool.aws.runtime import logger, queue_function
from spool.model import utc_now
from spool.services.pushing import Pusher


@cache
def pusher() -> Pusher:
    settings = PushLiveSettings.from_environment()
    return Pusher(
        connections=DynamoConnections(table=settings.table_name, clock=utc_now),
        log=DynamoNewsLog(table=settings.table_name),
        line=ApiGatewayLine(settings.live_endpoint),
        clock=utc_now,
        new_id=partial(secrets.token_hex, 8),
    )


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    event = json.loads(record["body"])
    told = pusher().push(event["detail-type"], event["detail"])
    logger().info("told", event=event["detail-type"], media_id=event["detail"]["id"], count=told)
