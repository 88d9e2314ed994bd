"""Which paths the distribution knows: where answers come from, what is cached under which key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import DeploySettings
from stacks.constructs.cdn_headers import api_headers, media_headers
from stacks.constructs.edge_function import (
    EdgeFunction,
    built,
    img_request_code,
    on_request,
    on_response,
)
from stacks.constructs.function_url import FunctionUrl
from stacks.constructs.names import regional_name
from stacks.constructs.origin_shield import shield_region

DAY, YEAR = Duration.days(1), Duration.days(365)

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


class Behaviours:
    """`/renditions/*` comes from its bucket, `/img/*` from that of the variants and, where there is
    none yet, from the resizer, `/api/*` from the API. What is under `/p/` goes to bearers of
    signatures only; where none are trusted it isn't there."""

    def __init__(
        self,
        scope: Construct,
        *,
        deploy: DeploySettings,
        script_origins: Sequence[str],
        sources: Sources,
        trust: Trust,
    ) -> None:
        self._shield_region = shield_region(scope) if deploy.origin_shield else None
        self._headers = media_headers(scope, "MediaHeaders", script_origins)
        self._cache = _stored_cache(scope)
        self._access = cloudfront.S3OriginAccessControl(
            scope, "Access", origin_access_control_name=regional_name(scope, "Access")
        )
        img = on_request(
            EdgeFunction(scope, "img_request", code=img_request_code(deploy), keys=trust.image_keys)
        )
        answered = on_response(EdgeFunction(scope, "media_response", code=built("media_response")))
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
        private = _private(scope, script_origins, group, made, stored) if group else {}
        self.default = self._media(self._bucket(sources.renditions, path=CONSOLE))
        self.by_path = {
            **private,
            "/renditions/*": stored,
            "/img/*": made,
            "/api/*": _api(scope, sources.api_domain),
        }

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
            # For preflights, which S3 answers by the bucket's rules.
            origin_request_policy=cloudfront.OriginRequestPolicy.CORS_S3_ORIGIN,
            response_headers_policy=self._headers,
            function_associations=list(functions) or None,
            compress=False,
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
            origin_request_policy=public.origin_request_policy,
            response_headers_policy=headers,
            function_associations=public.function_associations,
            trusted_key_groups=[key_group],
            compress=False,
        )
        for pattern, public in {"/p/img/*": made, "/p/*": stored}.items()
    }


def _api(scope: Construct, domain: str) -> cloudfront.BehaviorOptions:
    return cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(domain),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=_errors_cache(scope),
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        response_headers_policy=api_headers(scope),
        function_associations=[
            on_request(EdgeFunction(scope, "api_request", code=built("api_request")))
        ],
    )


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
