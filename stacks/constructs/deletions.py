"""What heeds deletions in the originals' bucket that didn't come through Spool."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from on_object_deleted.settings import OnObjectDeletedSettings
from spool.keys import ORIGINALS
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.object_events import ObjectEvents

TIMEOUT = Duration.minutes(5)  # an older version may have to be copied, of gigabytes
CONCURRENCY = 2


class Deletions(ObjectEvents):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        table: dynamodb.ITable,
        originals: s3.IBucket,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket=originals,
            prefix=ORIGINALS,
            detail_type="Object Deleted",
            consumer_timeout=TIMEOUT,
        )
        function = Function(
            self,
            "on_object_deleted",
            deploy=deploy,
            settings=OnObjectDeletedSettings(
                table_name=table.table_name, originals_bucket=originals.bucket_name
            ),
            layers=layers.of(),
            timeout=TIMEOUT,
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=[table.table_arn],
        )
        function.allow_objects(
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            bucket=originals,
            pattern=f"{ORIGINALS}*",
        )
        # A version that is gone is then 404 and not 403.
        function.allow("s3:ListBucket", on=[originals.bucket_arn])
        self.feed(function, concurrency=CONCURRENCY)
