from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.cloud import REGION, Cloud, Resource
from tests.infrastructure.conftest import Templates, synthesize

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"
VERSION = "AWS::Lambda::Version"


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


@pytest.mark.parametrize("path", ["/img/*", "/renditions/*", "/variants/*"])
def test_no_header_or_cookie_splits_the_cache_of_media(
    cache_policies: dict[str, dict[str, Any]], path: str
) -> None:
    key = cache_policies[path]["ParametersInCacheKeyAndForwardedToOrigin"]
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
    own = synthesize(tmp_path, domainName="media.example.com", certificateArn=CERTIFICATE)
    distribution = configuration(Cloud(own))
    assert distribution["Aliases"] == ["media.example.com"]
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE


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
    pipeline = templates["Spool-Pipeline"]
    assert pipeline["Parameters"]["PublicUrl"]["Default"] == ""
    url = pipeline["Outputs"]["CdnUrl"]["Value"]
    assert url["Fn::If"][:2] == ["HasPublicUrl", {"Ref": "PublicUrl"}]


def test_another_cdn_reaches_the_version_that_runs(templates: Templates) -> None:
    """A version is published when one of its own properties changes, and not with a parameter."""
    url = templates["Spool-Pipeline"]["Outputs"]["CdnUrl"]["Value"]
    resources = templates["Spool-Pipeline"]["Resources"].values()
    described = [r["Properties"].get("Description") for r in resources if r["Type"] == VERSION]
    assert url in described


def test_a_domain_can_be_given_to_a_cdn_that_has_none_yet(
    templates: Templates, tmp_path: Path
) -> None:
    """What a stack exports can't change, nor go, while another stack imports it."""
    own = synthesize(tmp_path, domainName="media.example.com", certificateArn=CERTIFICATE)
    for name, template in templates.items():
        assert exports(own[name]) == exports(template), name
    assert cdn_url(Cloud(own)) == "https://media.example.com"


def cdn_url(cloud: Cloud) -> str:
    """What `write_manifest` puts before each key."""
    environments = (
        f.properties["Environment"]["Variables"] for f in cloud.resources("AWS::Lambda::Function")
    )
    (url,) = (e["CDN_URL"] for e in environments if "CDN_URL" in e)
    return str(url)


def exports(template: Mapping[str, Any]) -> dict[str, Any]:
    outputs = template["Outputs"].values()
    return {o["Export"]["Name"]: o["Value"] for o in outputs if "Export" in o}


def test_one_callers_error_answers_no_other(
    cache_policies: dict[str, dict[str, Any]],
) -> None:
    """CloudFront keeps an error even where nothing is cached, under the cache policy's key."""
    policy = cache_policies["/api/*"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert {"Authorization", "Origin"} <= set(key["HeadersConfig"]["Headers"])
    assert policy["DefaultTTL"] == 0
    assert policy["MaxTTL"] <= 1


def test_two_regions_of_one_account_can_each_have_a_spool(cloud: Cloud) -> None:
    """CloudFront's names are the account's, whatever the region of their stack."""
    named = {
        name
        for resource in cloud.resources()
        if resource.type.startswith("AWS::CloudFront::")
        for name in [resource.properties.get("Name") or config_of(resource).get("Name")]
        if name
    }
    assert len(named) == 10
    assert {name for name in named if REGION not in name or len(name) > 64} == set()


def config_of(resource: Resource) -> Mapping[str, Any]:
    return next(iter(resource.properties.values()))
