"""What the distribution adds to each response: security headers, and CORS for media."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from stacks.constructs.names import regional_name

# A film opened by itself is a page of the browser's own with the film in it.
_MEDIA_RUN_NOTHING = (
    "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin"
)
_JSON_IS_NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
_ASKED_WITH = ["Range", "If-Range", "If-None-Match", "If-Modified-Since"]  # no `*` with cookies
_READ = ["ETag", "Content-Length", "Content-Range", "Server-Timing"]
_HSTS = cloudfront.ResponseHeadersStrictTransportSecurity(
    access_control_max_age=Duration.days(730), include_subdomains=True, override=True
)


# A page's script may read where its time went.
_TIMING = cloudfront.ResponseCustomHeadersBehavior(
    custom_headers=[
        cloudfront.ResponseCustomHeader(header="Timing-Allow-Origin", value="*", override=True)
    ]
)


def media_headers(
    scope: Construct, construct_id: str, origins: Sequence[str], *, credentials: bool = False
) -> cloudfront.ResponseHeadersPolicy:
    """Media run nothing, even an SVG opened by itself, and may be read by scripts of `origins`,
    with `credentials` also by such as send the cookies that let them."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        construct_id,
        response_headers_policy_name=regional_name(scope, construct_id),
        comment="Spool: private media" if credentials else "Spool: media",
        custom_headers_behavior=_TIMING,
        server_timing_sampling_rate=100,
        security_headers_behavior=_security(_MEDIA_RUN_NOTHING),
        cors_behavior=cloudfront.ResponseHeadersCorsBehavior(
            access_control_allow_credentials=credentials,
            access_control_allow_headers=_ASKED_WITH if credentials else ["*"],
            access_control_allow_methods=["GET", "HEAD", "OPTIONS"],
            access_control_allow_origins=list(origins),
            access_control_expose_headers=_READ,
            access_control_max_age=Duration.days(1),
            origin_override=True,
        ),
    )


def api_headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """CORS is the API's own, which knows its routes' methods."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "ApiHeaders",
        response_headers_policy_name=regional_name(scope, "ApiHeaders"),
        comment="Spool: API",
        security_headers_behavior=_security(_JSON_IS_NO_PAGE),
    )


def _security(content_security_policy: str) -> cloudfront.ResponseSecurityHeadersBehavior:
    return cloudfront.ResponseSecurityHeadersBehavior(
        content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
            content_security_policy=content_security_policy, override=True
        ),
        content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
        frame_options=cloudfront.ResponseHeadersFrameOptions(
            frame_option=cloudfront.HeadersFrameOption.DENY, override=True
        ),
        referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
            referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
            override=True,
        ),
        strict_transport_security=_HSTS,
    )
