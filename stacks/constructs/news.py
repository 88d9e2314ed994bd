"""How the world hears of it: the catalogue's stream, one reader, and the event bus."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_lambda import CfnEventSourceMapping
from constructs import Construct

from stacks.constructs.bucket import PrivateBucket
from stacks.constructs.function import Function

RETRIES = 10
KEPT = Duration.days(30)

ASSET_ITEMS = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": ["ASSET"]}}},
}
"""The asset items of the catalogue; most side items and what TTL removes are no news."""

TRANSCODES = {
    "eventName": ["MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "TRANSCODE#"}]}}},
}
"""How far a video is."""


class News(Construct):
    """`bus` gets what `feed`'s function makes of the stream; batches that it can't handle are kept
    in `undelivered`, whole, and so none is lost when the stream forgets them after a day."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(self, "Bus")
        self.undelivered = PrivateBucket(
            self, "Undelivered", lifecycle_rules=[s3.LifecycleRule(expiration=KEPT)]
        )

    def feed(self, function: Function, *, stream: str) -> None:
        function.allow(
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            on=[stream],
        )
        function.allow("dynamodb:ListStreams", on=["*"])  # knows no resources
        function.allow("events:PutEvents", on=[self.bus.event_bus_arn])
        function.allow("s3:ListBucket", on=[self.undelivered.bucket_arn])
        function.allow_objects("s3:PutObject", bucket=self.undelivered, pattern="*")
        self._map(stream, function)

    def _map(self, stream: str, function: Function) -> None:
        mapping = CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=stream,
            function_name=function.live.function_arn,
            starting_position="TRIM_HORIZON",
            batch_size=100,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            maximum_retry_attempts=RETRIES,
            filter_criteria=CfnEventSourceMapping.FilterCriteriaProperty(
                filters=[
                    CfnEventSourceMapping.FilterProperty(pattern=json.dumps(pattern))
                    for pattern in (ASSET_ITEMS, TRANSCODES)
                ]
            ),
            destination_config=CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=CfnEventSourceMapping.OnFailureProperty(
                    destination=self.undelivered.bucket_arn
                )
            ),
        )
        mapping.node.add_dependency(function.role)
