"""The distribution: which path goes to which origin, what is cached and under which key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.bucket import PrivateBucket
from stacks.constructs.cdn_headers import api_headers, media_headers
from stacks.constructs.edge_function import (
    EdgeFunction,
    built,
    img_request_code,
    on_request,
    on_response,
)
from stacks.constructs.function_url import FunctionUrl
from stacks.constructs.l1 import resource_of
from stacks.constructs.names import regional_name
from stacks.constructs.origin_shield import shield_region

DAY, YEAR = Duration.days(1), Duration.days(365)

CACHE_TAG_HEADER = "x-amz-meta-cache-tag"
"""S3 answers with an object's metadata under such names; `spool.aws.objects` stores it."""

CONSOLE = "/web"
"""Where in the renditions' bucket the console is: nothing else there has `/` as its path."""

FALLBACK_STATUSES = [403, 404, 500, 503, 504]

ERROR_TTL = Duration.seconds(1)
"""For an error without a Cache-Control of its own: what is missing now may be ready in a moment,
yet a stampede should not reach the origin."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where answers come from."""

    renditions: s3.IBucket
    variants: s3.IBucket
    resizer: FunctionUrl
    api_domain: str


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose signatures count: `key_group`'s for private content, and those by the keys in
    `image_keys` for the parameters of `/img`, where these must be signed."""

    key_group: cloudfront.IKeyGroup | None = None
    image_keys: cloudfront.IKeyValueStore | None = None


class Cdn(Construct):
    """`/renditions/*` comes from its bucket, `/img/*` from that of the variants and, where there is
    none yet, from the resizer, `/api/*` from the API. What is under `/p/` goes to bearers of
    signatures only; where none are trusted it isn't there. Buckets and resizer answer to this
    distribution only."""

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
        self._shield_region = shield_region(self) if deploy.origin_shield else None
        self._headers = media_headers(self, "MediaHeaders", script_origins)
        self._cache = _stored_cache(self)
        self._access = cloudfront.S3OriginAccessControl(
            self, "Access", origin_access_control_name=regional_name(self, "Access")
        )
        img = on_request(
            EdgeFunction(self, "img_request", code=img_request_code(deploy), keys=trust.image_keys)
        )
        answered = on_response(EdgeFunction(self, "media_response", code=built("media_response")))
        stored = self._media(self._bucket(sources.renditions), answered)
        made = self._media(
            origins.OriginGroup(
                primary_origin=self._bucket(sources.variants),
                fallback_origin=sources.resizer.origin(self._shield_region),
                fallback_status_codes=FALLBACK_STATUSES,
            ),
            img,
            answered,
        )
        group = trust.key_group
        private = _private(self, script_origins, group, made, stored) if group else {}
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Spool ({deploy.name_prefix})",
            default_behavior=self._media(self._bucket(sources.renditions, path=CONSOLE)),
            # A bucket that may be listed would answer the bare `/` with that list.
            default_root_object="index.html",
            additional_behaviors={
                **private,
                "/renditions/*": stored,
                "/img/*": made,
                "/api/*": self._api(sources.api_domain),
            },
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

    def _bucket(self, bucket: s3.IBucket, path: str | None = None) -> cloudfront.IOrigin:
        """Without `s3:ListBucket` S3 says 403 for a missing object, not 404."""
        return origins.S3BucketOrigin.with_origin_access_control(
            bucket,
            origin_path=path,
            origin_access_control=self._access,
            origin_access_levels=[cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
            origin_shield_region=self._shield_region,
        )

    def _media(
        self, origin: cloudfront.IOrigin, *functions: cloudfront.FunctionAssociation
    ) -> cloudfront.BehaviorOptions:
        """Cached by path alone: what else an answer depends on, the functions put into it."""
        return cloudfront.BehaviorOptions(
            origin=origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
            cache_policy=self._cache,
            response_headers_policy=self._headers,
            function_associations=list(functions) or None,
            compress=False,
        )

    def _api(self, domain: str) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(domain),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=_errors_cache(self),
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=api_headers(self),
            function_associations=[
                on_request(EdgeFunction(self, "api_request", code=built("api_request")))
            ],
        )


def _private(
    scope: Construct,
    script_origins: Sequence[str],
    key_group: cloudfront.IKeyGroup,
    made: cloudfront.BehaviorOptions,
    stored: cloudfront.BehaviorOptions,
) -> dict[str, cloudfront.BehaviorOptions]:
    """The same once more, for bearers of a signature: it is checked before the cache is asked."""
    headers = media_headers(scope, "PrivateHeaders", script_origins, credentials=True)
    return {
        pattern: cloudfront.BehaviorOptions(
            origin=public.origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=public.allowed_methods,
            cache_policy=public.cache_policy,
            response_headers_policy=headers,
            function_associations=public.function_associations,
            trusted_key_groups=[key_group],
            compress=False,
        )
        for pattern, public in {"/p/img/*": made, "/p/*": stored}.items()
    }


def _stored_cache(scope: Construct) -> cloudfront.CachePolicy:
    return cloudfront.CachePolicy(
        scope,
        "StoredCache",
        comment="Spool: media, by path alone",
        default_ttl=DAY,
        max_ttl=YEAR,
    )


def _errors_cache(scope: Construct) -> cloudfront.CachePolicy:
    """CloudFront keeps errors for ERROR_TTL even where nothing is cached. By path alone one
    caller's error would answer others, so the key is all that an answer depends on."""
    return cloudfront.CachePolicy(
        scope,
        "ApiCache",
        comment="Spool: nothing of the API but errors, for a second",
        query_string_behavior=cloudfront.CacheQueryStringBehavior.all(),
        header_behavior=cloudfront.CacheHeaderBehavior.allow_list("Authorization", "Origin"),
        default_ttl=Duration.seconds(0),
        max_ttl=ERROR_TTL,
    )


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
