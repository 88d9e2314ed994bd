"""What makes variants: at once and quickly when one is asked for, and small later when it is worth
the time."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from img_resize.settings import ImgResizeSettings
from optimize_variant.settings import OptimizeVariantSettings
from spool.keys import QUICK, RENDITIONS, VARIANTS
from stacks.config import DeploySettings
from stacks.constructs.function import METRICS_NAMESPACE, Function
from stacks.constructs.function_url import FunctionUrl
from stacks.constructs.layer import Layers
from stacks.constructs.work_queue import WorkQueue

RESIZE_TIMEOUT = Duration.seconds(29)  # CloudFront waits 30 s
OPTIMIZE_TIMEOUT = Duration.seconds(180)  # a 3840 px AVIF of high quality takes long


class Resizing(Construct):
    """`url` is what CloudFront asks for a variant that isn't in `variants` yet."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        table: dynamodb.ITable,
        renditions: s3.IBucket,
        variants: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self._deploy, self._layers = deploy, layers
        self._table, self._renditions, self._variants = table, renditions, variants
        self._demand = _demand_table(self)
        self.encodes = WorkQueue(self, "Encodes", consumer_timeout=OPTIMIZE_TIMEOUT)
        resize = self._img_resize()
        self.url = FunctionUrl(self, "Url", alias=resize.live)
        self.encodes.feed(
            self._optimize_variant(), concurrency=deploy.optimize_concurrency, batch_size=1
        )
        self._watch_the_bucket(resize)

    def _img_resize(self) -> Function:
        function = Function(
            self,
            "img_resize",
            deploy=self._deploy,
            settings=ImgResizeSettings(
                table_name=self._table.table_name,
                renditions_bucket=self._renditions.bucket_name,
                variants_bucket=self._variants.bucket_name,
                demand_table=self._demand.table_name,
                encodes_queue_url=self.encodes.queue.queue_url,
                widths=self._deploy.widths,
                variants_limit=self._deploy.variants_limit,
                variants_expiry_days=self._deploy.variants_expiry_days,
            ),
            layers=self._layers.of("imaging"),
            timeout=RESIZE_TIMEOUT,
            memory_mib=self._deploy.resize_memory_mib,
        )
        function.allow("dynamodb:GetItem", on=[self._table.table_arn])
        function.allow("dynamodb:UpdateItem", on=[self._demand.table_arn])
        function.allow("sqs:SendMessage", on=[self.encodes.queue.queue_arn])
        for prefix in (VARIANTS, QUICK):
            function.allow_delivered(
                "s3:GetObject", "s3:PutObject", bucket=self._variants, pattern=f"{prefix}*"
            )
        self._let_read_mips(function)
        return function

    def _optimize_variant(self) -> Function:
        function = Function(
            self,
            "optimize_variant",
            deploy=self._deploy,
            settings=OptimizeVariantSettings(
                renditions_bucket=self._renditions.bucket_name,
                variants_bucket=self._variants.bucket_name,
            ),
            layers=self._layers.of("imaging"),
            timeout=OPTIMIZE_TIMEOUT,
            memory_mib=self._deploy.resize_memory_mib,
        )
        function.allow_delivered(
            "s3:GetObject", "s3:PutObject", bucket=self._variants, pattern=f"{VARIANTS}*"
        )
        self._let_read_mips(function)
        return function

    def _let_read_mips(self, function: Function) -> None:
        function.allow_delivered("s3:GetObject", bucket=self._renditions, pattern=f"{RENDITIONS}*")
        # What is missing is then 404 and not 403.
        function.allow("s3:ListBucket", on=[self._renditions.bucket_arn, self._variants.bucket_arn])

    def _watch_the_bucket(self, resizer: Function) -> None:
        """CloudFront's own metrics are in us-east-1 and don't tell a 403 of the bucket from one of
        the resizer: that is seen by the resizer, which is asked for what the bucket holds."""
        cloudwatch.Alarm(
            self,
            "VariantsUnread",
            alarm_description="CloudFront asks the resizer for variants that the bucket holds: its "
            "origin access control may not be allowed to read it any more.",
            metric=cloudwatch.Metric(
                namespace=METRICS_NAMESPACE,
                metric_name="StoredVariantAsked",
                # A metric of other dimensions is another metric; this one Powertools adds.
                dimensions_map={"service": resizer.function_name},
                statistic="Sum",
                period=Duration.minutes(5),
            ),
            threshold=10,
            evaluation_periods=2,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )


def _demand_table(scope: Construct) -> dynamodb.Table:
    """Counters only: losing one costs an encode, so it goes with its stack."""
    return dynamodb.Table(
        scope,
        "Demand",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute="expiresAt",
        removal_policy=RemovalPolicy.DESTROY,
    )
