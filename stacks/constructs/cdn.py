"""The distribution: which path goes to which origin, what is cached and under which key."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks import ROOT
from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.cdn_headers import api_headers, media_headers
from stacks.constructs.names import regional_name

IMG_OPTIONS = ("v", "w", "h", "fit", "q", "f", "dpr")
VIEWER_REQUEST = cloudfront.FunctionEventType.VIEWER_REQUEST
VIEWER_RESPONSE = cloudfront.FunctionEventType.VIEWER_RESPONSE
DAY, YEAR = Duration.days(1), Duration.days(365)

ERROR_TTL = Duration.seconds(1)
"""For an error without a Cache-Control of its own: what is missing now may be ready in a moment,
yet a stampede should not reach the origin."""


class Cdn(Construct):
    """`/renditions/*` and `/variants/*` come from their buckets, `/img/*` from `resizer` and
    `/api/*` from the API. Buckets and resizer answer to this distribution only."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        script_origins: Sequence[str],
        renditions: s3.IBucket,
        variants: s3.IBucket,
        resizer: cloudfront.IOrigin,
        api_domain: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._media_headers = media_headers(self, script_origins)
        self._stored_cache = _stored_cache(self)
        self._stored_access = cloudfront.S3OriginAccessControl(
            self, "Access", origin_access_control_name=regional_name(self, "Access")
        )
        stored = self._stored(renditions)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Spool ({deploy.name_prefix})",
            default_behavior=stored,
            # A bucket that may be listed would answer the bare `/` with that list.
            default_root_object="index.html",
            additional_behaviors={
                "/renditions/*": self._stored(
                    renditions, self._function("media_response", on=VIEWER_RESPONSE)
                ),
                "/variants/*": self._stored(variants),
                "/img/*": self._made(resizer),
                "/api/*": self._api(api_domain),
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
        )
        _acknowledge(self.distribution, custom_domain=deploy.domain_name is not None)

    def _stored(
        self, bucket: s3.IBucket, *functions: cloudfront.FunctionAssociation
    ) -> cloudfront.BehaviorOptions:
        """Immutable objects. Without `s3:ListBucket` S3 says 403 for a missing one, not 404."""
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(
                bucket,
                origin_access_control=self._stored_access,
                origin_access_levels=[cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
            cache_policy=self._stored_cache,
            response_headers_policy=self._media_headers,
            function_associations=list(functions) or None,
            compress=False,
        )

    def _made(self, resizer: cloudfront.IOrigin) -> cloudfront.BehaviorOptions:
        """Variants made on demand, one cache entry for each set of options; `Accept` is resolved
        by the edge function, so that no header is in the key."""
        return cloudfront.BehaviorOptions(
            origin=resizer,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
            cache_policy=cloudfront.CachePolicy(
                self,
                "ImgCache",
                comment="Spool: the options of /img and nothing else",
                query_string_behavior=cloudfront.CacheQueryStringBehavior.allow_list(*IMG_OPTIONS),
                default_ttl=Duration.seconds(0),
                max_ttl=YEAR,
            ),
            response_headers_policy=self._media_headers,
            function_associations=[self._function("img_request", on=VIEWER_REQUEST)],
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
            function_associations=[self._function("api_request", on=VIEWER_REQUEST)],
        )

    def _function(
        self, name: str, *, on: cloudfront.FunctionEventType
    ) -> cloudfront.FunctionAssociation:
        return cloudfront.FunctionAssociation(
            event_type=on,
            function=cloudfront.Function(
                self,
                name,
                code=cloudfront.FunctionCode.from_file(file_path=str(ROOT / "edge" / f"{name}.js")),
                runtime=cloudfront.FunctionRuntime.JS_2_0,
            ),
        )


def _stored_cache(scope: Construct) -> cloudfront.CachePolicy:
    return cloudfront.CachePolicy(
        scope,
        "StoredCache",
        comment="Spool: stored objects, by path alone",
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


def _acknowledge(distribution: cloudfront.Distribution, *, custom_domain: bool) -> None:
    stands = {
        "CFR1": "Media are for every country; a deployer who must not serve one adds it here.",
        "CFR2": "A web ACL costs by the request and is an account's own choice.",
        "CFR3": "Standard logs need a bucket with ACLs, which all of ours refuse.",
    }
    if not custom_domain:
        stands["CFR4"] = "CloudFront's own certificate means TLSv1; set domainName for 1.2."
    for rule, reason in stands.items():
        acknowledge(distribution, f"AwsSolutions-{rule}", reason)
    acknowledge(
        distribution,
        "Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk",
        "No path reaches a bucket's root: there is a default root object.",
    )
