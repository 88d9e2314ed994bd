from __future__ import annotations

from typing import Any

import pytest

from local.edge import headers
from local.edge.messages import Request, Response
from local.edge.policies import HeadersPolicy


def applied(
    config: dict[str, Any], response: Response, method: str = "GET", **request: str
) -> dict[str, str]:
    pairs = tuple((name.replace("_", "-"), value) for name, value in request.items())
    policy = HeadersPolicy.parse(config)
    return dict(headers.apply(policy, Request(method, "/a", headers=pairs), response).headers)


def test_security_headers_are_set_as_configured() -> None:
    config = {
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "sandbox"},
            "ContentTypeOptions": {"Override": True},
            "FrameOptions": {"Override": True, "FrameOption": "DENY"},
            "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "no-referrer"},
            "StrictTransportSecurity": {
                "Override": True,
                "IncludeSubdomains": True,
                "AccessControlMaxAgeSec": 9,
            },
            "XSSProtection": {"Override": True, "Protection": False},
        }
    }

    assert applied(config, Response(200)) == {
        "content-security-policy": "sandbox",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=9; includeSubDomains",
        "x-xss-protection": "0",
    }


@pytest.mark.parametrize(("override", "expected"), [(True, "policy"), (False, "origin")])
def test_the_origins_own_header_stays_unless_overridden(override: bool, expected: str) -> None:
    config = {
        "CustomHeadersConfig": {
            "Items": [{"Header": "X-Name", "Value": "policy", "Override": override}]
        }
    }

    assert applied(config, Response(200, (("x-name", "origin"),))) == {"x-name": expected}


def test_headers_are_removed() -> None:
    config = {"RemoveHeadersConfig": {"Items": [{"Header": "Server"}]}}

    assert applied(config, Response(200, (("server", "S3"), ("etag", "1")))) == {"etag": "1"}


def cors(**changes: Any) -> dict[str, Any]:
    return {
        "CorsConfig": {
            "AccessControlAllowOrigins": {"Items": ["https://app.example", "https://*.test"]},
            "AccessControlAllowMethods": {"Items": ["GET", "HEAD"]},
            "AccessControlAllowHeaders": {"Items": ["*"]},
            "AccessControlExposeHeaders": {"Items": ["ETag"]},
            "AccessControlAllowCredentials": False,
            "AccessControlMaxAgeSec": 600,
            "OriginOverride": True,
            **changes,
        }
    }


@pytest.mark.parametrize("origin", ["https://app.example", "https://x.test"])
@pytest.mark.parametrize("vary", ["Accept", "Accept, Origin"])
def test_a_known_origin_may_read(origin: str, vary: str) -> None:
    assert applied(cors(), Response(200, (("vary", vary),)), origin=origin) == {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "ETag",
        "vary": "Accept, Origin",
    }


def test_a_stranger_may_not() -> None:
    assert applied(cors(), Response(200), origin="https://evil.example") == {}
    assert applied(cors(), Response(200)) == {}


def test_everybody_may_when_the_policy_says_so() -> None:
    config = cors(AccessControlAllowOrigins={"Items": ["*"]})

    assert applied(config, Response(200), origin="https://a.example") == {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag",
    }


def test_a_preflight_is_answered() -> None:
    answer = applied(
        cors(),
        Response(200),
        method="OPTIONS",
        origin="https://app.example",
        access_control_request_method="GET",
    )

    assert answer["access-control-allow-methods"] == "GET, HEAD"
    assert answer["access-control-allow-headers"] == "*"
    assert answer["access-control-max-age"] == "600"


def test_the_origins_own_cors_stays_unless_overridden() -> None:
    own = Response(200, (("access-control-allow-origin", "*"),))

    kept = applied(cors(OriginOverride=False), own, origin="https://app.example")

    assert kept == {"access-control-allow-origin": "*"}
