"""What the world reads: the renditions, the variants made on demand, and the CDN before them."""

from __future__ import annotations

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3

from spool.keys import CAPTURES, DOWNLOADS, QUICK, VARIANTS, delivered
from stacks.config import DeploySettings
from stacks.constructs.access_grants import grant_access
from stacks.constructs.bucket import PrivateBucket
from stacks.constructs.cdn import Cdn
from stacks.constructs.cdn_behaviours import Sources, Trust
from stacks.constructs.http_api import FrontDoor
from stacks.constructs.layer import Layers
from stacks.constructs.names import regional_name
from stacks.constructs.private_content import PrivateContent
from stacks.constructs.resizing import Resizing
from stacks.parameters import allowed_origins, public_url
from stacks.storage import StorageStack

_CAPTURES_EXPIRE = s3.LifecycleRule(prefix=CAPTURES, expiration=Duration.days(7))
_QUICK_DAYS = Duration.days(14)  # what nobody asks for again is made again when somebody does


class DeliveryStack(Stack):
    """The buckets live here and not in storage: a distribution with OAC and its bucket in different
    stacks need each other."""

    def __init__(
        self, app: App, stack_name: str, *, deploy: DeploySettings, storage: StorageStack
    ) -> None:
        super().__init__(app, stack_name, description="Spool: renditions, variants and the CDN")
        origins = allowed_origins(self, deploy)
        self.renditions = PrivateBucket(
            self,
            "Renditions",
            lifecycle_rules=[_CAPTURES_EXPIRE, _downloads_expire(deploy)],
            cors=[_read_from(origins)],
        )
        self.variants = PrivateBucket(
            self, "Variants", lifecycle_rules=_variants_expire(deploy), cors=[_read_from(origins)]
        )
        self.front_door = FrontDoor(self, "FrontDoor", origins=origins)
        private = _private_content(self, deploy)
        layers = Layers(self)
        resizing = Resizing(
            self,
            "Resizing",
            deploy=deploy,
            layers=layers,
            table=storage.table,
            renditions=self.renditions,
            variants=self.variants,
        )
        self.cdn = Cdn(
            self,
            "Cdn",
            deploy=deploy,
            script_origins=origins,
            sources=Sources(
                renditions=self.renditions,
                variants=self.variants,
                resizer=resizing.url,
                api_domain=self.front_door.domain_name,
            ),
            trust=Trust(
                key_group=private.key_group if private else None,
                image_keys=_image_keys(self) if deploy.img_signatures else None,
            ),
        )
        # Always exported, and never another value: neither can be changed while a stack imports it.
        self.domain_name = self.export_value(self.cdn.distribution.distribution_domain_name)
        self.grant_access = grant_access(
            self,
            deploy=deploy,
            layers=layers,
            table=storage.table,
            renditions=self.renditions,
            private=private,
            cdn_url=public_url(self, deploy.domain_name or self.cdn.distribution.domain_name),
        )
        CfnOutput(self, "RenditionsBucket", value=self.renditions.bucket_name)
        CfnOutput(self, "VariantsBucket", value=self.variants.bucket_name)
        CfnOutput(self, "DistributionId", value=self.cdn.distribution.distribution_id)
        CfnOutput(self, "DistributionDomain", value=self.cdn.distribution.distribution_domain_name)


def _read_from(origins: list[str]) -> s3.CorsRule:
    """The CDN passes preflights on, and so a download's link may be read by a script too."""
    return s3.CorsRule(
        allowed_origins=origins,
        allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.HEAD],
        allowed_headers=["*"],
        exposed_headers=["ETag", "Content-Length", "Content-Range"],
        max_age=24 * 3600,
    )


def _private_content(stack: Stack, deploy: DeploySettings) -> PrivateContent | None:
    if not deploy.private_content:
        return None
    return PrivateContent(stack, "Private", pems=deploy.private_public_keys)


def _image_keys(stack: Stack) -> cloudfront.KeyValueStore:
    """Empty until an operator puts a key in: until then every signature is refused."""
    store = cloudfront.KeyValueStore(
        stack, "ImageKeys", key_value_store_name=regional_name(stack, "ImageKeys")
    )
    CfnOutput(stack, "ImageKeysArn", value=store.key_value_store_arn)
    return store


def _downloads_expire(deploy: DeploySettings) -> s3.LifecycleRule:
    return s3.LifecycleRule(prefix=DOWNLOADS, expiration=Duration.days(deploy.download_expiry_days))


def _variants_expire(deploy: DeploySettings) -> list[s3.LifecycleRule]:
    kept = Duration.days(deploy.variants_expiry_days)
    return [
        s3.LifecycleRule(prefix=prefix, expiration=days)
        for place, days in ((VARIANTS, kept), (QUICK, _QUICK_DAYS))
        for prefix in delivered(place)
    ]
