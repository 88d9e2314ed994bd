"""An organisation's news of the last hour in the catalogue's table, for who was away.

pk LIVE#{orgId}   sk NEWS#{position}   `event`, and `asset` as JSON; expires
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.aws.connections import org_key
from spool.aws.items import from_item, to_item
from spool.live import NEWS_KEPT, OVERLAP, LiveNews, moment_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NEWS = "NEWS#"


@dataclass(frozen=True, kw_only=True)
class DynamoNewsLog:
    """Implements `live_ports.NewsLog`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def write(self, news: LiveNews) -> None:
        expires = moment_of(news.position) + NEWS_KEPT + 2 * OVERLAP
        item = {
            "pk": org_key(news.org_id),
            "sk": f"{NEWS}{news.position}",
            "event": news.event,
            "asset": json.dumps(news.asset),
            "expiresAt": int(expires.timestamp()),
        }
        self.client().put_item(TableName=self.table, Item=to_item(item))

    def after(self, org_id: str, position: str, most: int) -> Sequence[LiveNews]:
        values = {
            ":pk": org_key(org_id),
            ":from": f"{NEWS}{position}",
            ":to": f"{NEWS}~",
        }
        pages = self.client().get_paginator("query")
        found = pages.paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=to_item(values),
            ConsistentRead=True,
            PaginationConfig={"PageSize": most},
        )
        items = (from_item(item) for page in found for item in page["Items"])
        return [
            LiveNews(
                org_id=org_id,
                event=item["event"],
                asset=json.loads(item["asset"]),
                position=item["sk"].removeprefix(NEWS),
            )
            for item in islice(items, most)
        ]
