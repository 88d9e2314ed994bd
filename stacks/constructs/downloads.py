"""Several files as one zip: a queue of what was asked for, and the function that makes it."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spool.keys import DOWNLOADS, ORIGINALS, RENDITIONS
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.work_queue import WorkQueue
from zip_download.settings import ZipDownloadSettings

TIMEOUT = Duration.seconds(900)  # Lambda's longest
CONCURRENCY = 5


class Downloads(WorkQueue):
    """`queue` is for `manage_downloads` to fill; `zip_download` reads `originals` and `renditions`
    and leaves the zip among the latter."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        table: dynamodb.ITable,
        originals: s3.IBucket,
        renditions: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=TIMEOUT)
        function = Function(
            self,
            "zip_download",
            deploy=deploy,
            settings=ZipDownloadSettings(
                table_name=table.table_name,
                originals_bucket=originals.bucket_name,
                renditions_bucket=renditions.bucket_name,
            ),
            layers=layers.of("zip"),
            timeout=TIMEOUT,
            memory_mib=1769,  # one whole vCPU: it takes the CRC of every byte
        )
        function.allow("dynamodb:GetItem", on=[table.table_arn])
        function.allow_objects("s3:GetObjectVersion", bucket=originals, pattern=f"{ORIGINALS}*")
        function.allow_delivered("s3:GetObject", bucket=renditions, pattern=f"{RENDITIONS}*")
        function.allow_objects(
            "s3:GetObject",
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            bucket=renditions,
            pattern=f"{DOWNLOADS}*",
        )
        # What is missing is then 404 and not 403.
        function.allow("s3:ListBucket", on=[originals.bucket_arn, renditions.bucket_arn])
        self.feed(function, concurrency=CONCURRENCY, batch_size=1)
