"""The distribution: its paths' behaviours, its name and certificate, its errors, logs and tags."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.bucket import PrivateBucket
from stacks.constructs.cdn_behaviours import ERROR_TTL, Behaviours, Sources, Trust
from stacks.constructs.l1 import resource_of

CACHE_TAG_HEADER = "x-amz-meta-cache-tag"
"""S3 answers with an object's metadata under such names; `spool.aws.objects` stores it."""


class Cdn(Construct):
    """Buckets and resizer answer to this distribution only."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        script_origins: Sequence[str],
        sources: Sources,
        trust: Trust,
    ) -> None:
        super().__init__(scope, construct_id)
        behaviours = Behaviours(
            self, deploy=deploy, script_origins=script_origins, sources=sources, trust=trust
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Spool ({deploy.name_prefix})",
            default_behavior=behaviours.default,
            # A bucket that may be listed would answer the bare `/` with that list.
            default_root_object="index.html",
            additional_behaviors=behaviours.by_path,
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=ERROR_TTL)
                for status in (400, 403, 404, 500, 502, 503, 504)
            ],
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass[deploy.price_class],
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            domain_names=[deploy.domain_name] if deploy.domain_name else None,
            certificate=_certificate(self, deploy),
            web_acl_id=deploy.web_acl_arn,
            log_bucket=_log_bucket(self, deploy) if deploy.access_log_days else None,
        )
        sources.resizer.allow(self.distribution)
        _purge_by_tag(self.distribution)
        _acknowledge(self.distribution, deploy)


def _certificate(scope: Construct, deploy: DeploySettings) -> acm.ICertificate | None:
    if deploy.certificate_arn is None:
        return None
    return acm.Certificate.from_certificate_arn(scope, "Certificate", deploy.certificate_arn)


def _log_bucket(scope: Construct, deploy: DeploySettings) -> s3.IBucket:
    """CloudFront's standard logs are written under an ACL."""
    return PrivateBucket(
        scope,
        "AccessLogs",
        object_ownership=s3.ObjectOwnership.OBJECT_WRITER,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(deploy.access_log_days))],
    )


def _purge_by_tag(distribution: cloudfront.Distribution) -> None:
    """CDK's distribution doesn't know of it yet."""
    resource = resource_of(distribution, cloudfront.CfnDistribution)
    resource.add_property_override(
        "DistributionConfig.CacheTagConfig", {"HeaderName": CACHE_TAG_HEADER}
    )


def _acknowledge(distribution: cloudfront.Distribution, deploy: DeploySettings) -> None:
    stands = {
        "CFR1": "Media are for every country; a deployer who must not serve one adds it here."
    }
    if deploy.web_acl_arn is None:
        stands["CFR2"] = "A web ACL costs by the request: an account's own choice, by webAclArn."
    if not deploy.access_log_days:
        stands["CFR3"] = "Logs cost by the request: an account's own choice, by accessLogDays."
    if deploy.domain_name is None:
        stands["CFR4"] = "CloudFront's own certificate means TLSv1; set domainName for 1.2."
    for rule, reason in stands.items():
        acknowledge(distribution, f"AwsSolutions-{rule}", reason)
    acknowledge(
        distribution,
        "Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk",
        "No path reaches a bucket's root: there is a default root object.",
    )
