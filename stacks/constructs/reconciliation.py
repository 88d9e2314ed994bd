"""What keeps buckets and CDN in agreement with the catalogue: after a deletion, a replacement, a
change of privacy."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from reconcile_delivery.settings import ReconcileDeliverySettings
from spool.events import ACCESS_CHANGED, STATUS_CHANGED
from spool.keys import CAPTURES, ORIGINALS, QUICK, RENDITIONS, VARIANTS
from spool.model import Status
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.work_queue import WorkQueue
from stacks.delivery import DeliveryStack
from stacks.storage import StorageStack

TIMEOUT = Duration.seconds(900)  # a film of hours has thousands of segments to move
CONCURRENCY = 5


_OF_CONSEQUENCE = {
    "$or": [
        {
            "status": [Status.DELETED.value],
            "previousStatus": [{"anything-but": [Status.UPLOADING.value]}],
        },
        {"previousPrivate": [{"exists": True}]},
        {"status": [Status.READY.value], "previousTag": [{"exists": True}]},
    ]
}
"""What was never ready before has nothing to purge, and of an upload that never came nothing was
made: each invalidation costs, and each look."""


class Reconciliation(WorkQueue):
    """News of what was deleted, replaced, made private or public waits in `queue` for
    `reconcile_delivery`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        bus: events.IEventBus,
        storage: StorageStack,
        delivery: DeliveryStack,
        cdn_url: str,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=TIMEOUT)
        self.hear(bus, "AssetChanged", STATUS_CHANGED, ACCESS_CHANGED, detail=_OF_CONSEQUENCE)
        function = self._reconcile_delivery(deploy, layers, storage, delivery, cdn_url)
        self.feed(function, concurrency=CONCURRENCY, batch_size=1)

    def _reconcile_delivery(
        self,
        deploy: DeploySettings,
        layers: Layers,
        storage: StorageStack,
        delivery: DeliveryStack,
        cdn_url: str,
    ) -> Function:
        table, originals = storage.table, storage.originals
        distribution = delivery.cdn.distribution
        function = Function(
            self,
            "reconcile_delivery",
            deploy=deploy,
            settings=ReconcileDeliverySettings(
                table_name=table.table_name,
                originals_bucket=originals.bucket_name,
                renditions_bucket=delivery.renditions.bucket_name,
                variants_bucket=delivery.variants.bucket_name,
                distribution_id=distribution.distribution_id,
                queue_url=self.queue.queue_url,
                cdn_url=cdn_url,
            ),
            layers=layers.of(),
            timeout=TIMEOUT,
            version_description=cdn_url,
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            on=[table.table_arn],
        )
        function.allow("s3:ListBucketVersions", on=[originals.bucket_arn])
        function.allow_objects("s3:DeleteObjectVersion", bucket=originals, pattern=f"{ORIGINALS}*")
        function.allow("sqs:SendMessage", "sqs:ChangeMessageVisibility", on=[self.queue.queue_arn])
        function.allow("cloudfront:CreateInvalidation", on=[distribution.distribution_arn])
        function.allow_delivered(
            "s3:GetObject",
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            bucket=delivery.renditions,
            pattern=f"{RENDITIONS}*",
        )
        function.allow_objects(
            "s3:DeleteObject", bucket=delivery.renditions, pattern=f"{CAPTURES}*"
        )
        for prefix in (VARIANTS, QUICK):
            function.allow_delivered(
                "s3:DeleteObject", bucket=delivery.variants, pattern=f"{prefix}*"
            )
        buckets = [delivery.renditions.bucket_arn, delivery.variants.bucket_arn]
        function.allow("s3:ListBucket", on=buckets)
        return function
