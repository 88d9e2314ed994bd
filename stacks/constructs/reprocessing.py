"""What processes many assets anew, page by page."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from reprocess_assets.settings import ReprocessAssetsSettings
from spool.indexes import LISTS
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.work_queue import WorkQueue

TIMEOUT = Duration.seconds(60)
CONCURRENCY = 2


class BulkReprocessing(WorkQueue):
    """Requests wait in `queue` for `reprocess_assets`, which puts assets into `intake`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        table: dynamodb.ITable,
        originals: s3.IBucket,
        intake: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=TIMEOUT)
        function = Function(
            self,
            "reprocess_assets",
            deploy=deploy,
            settings=ReprocessAssetsSettings(
                table_name=table.table_name,
                originals_bucket=originals.bucket_name,
                intake_queue_url=intake.queue_url,
                queue_url=self.queue.queue_url,
            ),
            layers=layers.of(),
            timeout=TIMEOUT,
        )
        function.allow(
            "dynamodb:Query", on=[f"{table.table_arn}/index/{index.name}" for index in LISTS]
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=[table.table_arn],
        )
        function.allow("sqs:SendMessage", on=[intake.queue_arn, self.queue.queue_arn])
        self.feed(function, concurrency=CONCURRENCY, batch_size=1)
