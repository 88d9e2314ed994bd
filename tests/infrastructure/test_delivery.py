from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.cloud import Cloud
from tests.infrastructure.conftest import Templates, synthesize


def configuration(cloud: Cloud) -> dict[str, Any]:
    (distribution,) = cloud.resources("AWS::CloudFront::Distribution")
    found: dict[str, Any] = distribution.properties["DistributionConfig"]
    return found


@pytest.fixture
def distribution(cloud: Cloud) -> dict[str, Any]:
    return configuration(cloud)


@pytest.fixture
def cache_policies(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """Path pattern → what is in the cache key beside the path."""
    policies = {
        policy.ref: policy.properties["CachePolicyConfig"]
        for policy in cloud.resources("AWS::CloudFront::CachePolicy")
    }
    return {
        behavior["PathPattern"]: policies[behavior["CachePolicyId"]]
        for behavior in configuration(cloud)["CacheBehaviors"]
        if behavior["CachePolicyId"] in policies
    }


def test_every_path_of_the_contract_has_its_behaviour(distribution: dict[str, Any]) -> None:
    patterns = {behavior["PathPattern"] for behavior in distribution["CacheBehaviors"]}
    assert patterns == {"/img/*", "/renditions/*", "/variants/*", "/api/*"}


def test_no_header_or_cookie_splits_the_cache(cache_policies: dict[str, dict[str, Any]]) -> None:
    assert set(cache_policies) == {"/img/*", "/renditions/*", "/variants/*"}
    for policy in cache_policies.values():
        key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}
        assert not key["EnableAcceptEncodingGzip"]


def test_an_image_is_cached_by_its_options_alone(cache_policies: dict[str, dict[str, Any]]) -> None:
    key = cache_policies["/img/*"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == "whitelist"
    options = set(key["QueryStringsConfig"]["QueryStrings"])
    assert options == {"v", "w", "h", "fit", "q", "f", "dpr"}


def test_an_error_is_forgotten_at_once(distribution: dict[str, Any]) -> None:
    kept = {e["ErrorCode"]: e["ErrorCachingMinTTL"] for e in distribution["CustomErrorResponses"]}
    assert kept[404] <= 1
    assert all(seconds <= 1 for seconds in kept.values())


def test_only_encrypted_and_by_http_3(distribution: dict[str, Any]) -> None:
    assert distribution["HttpVersion"] == "http2and3"
    behaviors = [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]]
    allowed = {"redirect-to-https", "https-only"}
    assert {behavior["ViewerProtocolPolicy"] for behavior in behaviors} <= allowed


def test_a_custom_domain_refuses_tls_below_1_2(tmp_path: Path) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"
    own = synthesize(tmp_path, domainName="media.example.com", certificateArn=certificate)
    distribution = configuration(Cloud(own))
    assert distribution["Aliases"] == ["media.example.com"]
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution["ViewerCertificate"]["AcmCertificateArn"] == certificate


def test_media_run_no_script(cloud: Cloud) -> None:
    headers = [
        policy.properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        for policy in cloud.resources("AWS::CloudFront::ResponseHeadersPolicy")
    ]
    media = headers[0]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert "sandbox" in media
    for header in headers:
        assert header["ContentTypeOptions"]["Override"] is True
        assert header["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600


def test_a_variant_expires(cloud: Cloud) -> None:
    variants = next(r for r in cloud.resources("AWS::S3::Bucket") if "Variants" in r.logical_id)
    rules = variants.properties["LifecycleConfiguration"]["Rules"]
    assert 90 in [rule.get("ExpirationInDays") for rule in rules]


def test_the_api_is_throttled_and_logged(cloud: Cloud) -> None:
    (stage,) = cloud.resources("AWS::ApiGatewayV2::Stage")
    settings = stage.properties["DefaultRouteSettings"]
    assert settings == {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}
    assert stage.properties["AccessLogSettings"]["DestinationArn"]


def test_urls_handed_out_can_name_another_cdn(templates: Templates) -> None:
    """The embedded cloud's edge is at localhost; `PublicUrl` says so."""
    assert templates["Spool-Delivery"]["Parameters"]["PublicUrl"]["Default"] == ""
    url = templates["Spool-Delivery"]["Outputs"]["CdnUrl"]["Value"]["Fn::If"]
    assert url[:2] == ["HasPublicUrl", {"Ref": "PublicUrl"}]
