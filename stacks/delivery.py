"""What the world reads: the renditions, the variants made on demand, and the CDN before them."""

from __future__ import annotations

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_s3 as s3

from img_resize.settings import ImgResizeSettings
from spool.keys import CAPTURES, RENDITIONS, VARIANTS
from stacks.config import DeploySettings
from stacks.constructs.bucket import PrivateBucket
from stacks.constructs.cdn import Cdn
from stacks.constructs.function import Function
from stacks.constructs.function_url import FunctionUrl
from stacks.constructs.http_api import FrontDoor
from stacks.constructs.layer import Layers
from stacks.parameters import allowed_origins
from stacks.storage import StorageStack

_CAPTURES_EXPIRE = s3.LifecycleRule(prefix=CAPTURES, expiration=Duration.days(7))


class DeliveryStack(Stack):
    """The buckets live here and not in storage: a distribution with OAC and its bucket in different
    stacks need each other."""

    def __init__(
        self, app: App, stack_name: str, *, deploy: DeploySettings, storage: StorageStack
    ) -> None:
        super().__init__(app, stack_name, description="Spool: renditions, variants and the CDN")
        origins = allowed_origins(self, deploy)
        self.renditions = PrivateBucket(self, "Renditions", lifecycle_rules=[_CAPTURES_EXPIRE])
        self.variants = PrivateBucket(self, "Variants", lifecycle_rules=[_expiring(deploy)])
        self.front_door = FrontDoor(self, "FrontDoor", deploy=deploy, origins=origins)
        resizer = FunctionUrl(self, "Resizer", alias=self._img_resize(deploy, storage).live)
        self.cdn = Cdn(
            self,
            "Cdn",
            deploy=deploy,
            script_origins=origins,
            renditions=self.renditions,
            variants=self.variants,
            resizer=resizer.origin,
            api_domain=self.front_door.domain_name,
        )
        resizer.allow(self.cdn.distribution)
        # Always exported, and never another value: neither can be changed while a stack imports it.
        self.domain_name = self.export_value(self.cdn.distribution.distribution_domain_name)
        self._outputs()

    def _img_resize(self, deploy: DeploySettings, storage: StorageStack) -> Function:
        function = Function(
            self,
            "img_resize",
            deploy=deploy,
            settings=ImgResizeSettings(
                table_name=storage.table.table_name,
                renditions_bucket=self.renditions.bucket_name,
                variants_bucket=self.variants.bucket_name,
            ),
            layers=Layers(self).of("imaging"),
            timeout=Duration.seconds(29),  # CloudFront waits 30 s
            memory_mib=deploy.resize_memory_mib,
        )
        function.allow("dynamodb:GetItem", on=[storage.table.table_arn])
        function.allow_objects("s3:GetObject", bucket=self.renditions, pattern=f"{RENDITIONS}*")
        function.allow_objects(
            "s3:GetObject", "s3:PutObject", bucket=self.variants, pattern=f"{VARIANTS}*"
        )
        # What is missing is then 404 and not 403.
        function.allow("s3:ListBucket", on=[self.renditions.bucket_arn, self.variants.bucket_arn])
        return function

    def _outputs(self) -> None:
        CfnOutput(self, "RenditionsBucket", value=self.renditions.bucket_name)
        CfnOutput(self, "VariantsBucket", value=self.variants.bucket_name)
        CfnOutput(self, "DistributionId", value=self.cdn.distribution.distribution_id)
        CfnOutput(self, "DistributionDomain", value=self.cdn.distribution.distribution_domain_name)


def _expiring(deploy: DeploySettings) -> s3.LifecycleRule:
    return s3.LifecycleRule(expiration=Duration.days(deploy.variants_expiry_days))
