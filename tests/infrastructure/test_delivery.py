from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from spool.aws.runtime import count
from spool.services.delivery import STORED_VARIANT_ASKED
from stacks.constructs import edge_function
from stacks.context import BadSetting
from tests.infrastructure.cloud import REGION, Cloud, Resource
from tests.infrastructure.conftest import EVERYTHING, Templates, public_key, synthesize

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
    assert patterns == {"/img/*", "/renditions/*", "/p/img/*", "/p/*", "/api/*"}


@pytest.mark.parametrize("path", ["/img/*", "/p/img/*", "/renditions/*", "/p/*"])
def test_media_are_cached_by_path_alone(
    cache_policies: dict[str, dict[str, Any]], path: str
) -> None:
    key = cache_policies[path]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert not key["EnableAcceptEncodingGzip"]


def test_a_variant_is_made_where_the_bucket_has_none(
    cloud: Cloud, distribution: dict[str, Any]
) -> None:
    (group,) = distribution["OriginGroups"]["Items"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404, 500, 503, 504]
    origins = {origin["Id"]: origin for origin in distribution["Origins"]}
    bucket, url = (origins[member["OriginId"]] for member in group["Members"]["Items"])
    assert "variants" in bucket["DomainName"]
    assert ".lambda-url." in url["DomainName"]
    for pattern in ("/img/*", "/p/img/*"):
        assert behavior(distribution, pattern)["TargetOriginId"] == group["Id"]


def behavior(distribution: dict[str, Any], pattern: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        b for b in distribution["CacheBehaviors"] if b["PathPattern"] == pattern
    )
    return found


def test_what_many_caches_miss_is_fetched_through_one_shield(distribution: dict[str, Any]) -> None:
    for origin in distribution["Origins"]:
        cached = ".execute-api." not in origin["DomainName"]
        shield = {"Enabled": True, "OriginShieldRegion": REGION} if cached else None
        assert origin.get("OriginShield") == shield


def test_private_content_is_for_bearers_of_signatures(distribution: dict[str, Any]) -> None:
    """And the narrower pattern comes first: the first that matches is taken."""
    patterns = [b["PathPattern"] for b in distribution["CacheBehaviors"]]
    assert patterns.index("/p/img/*") < patterns.index("/p/*")
    for one in distribution["CacheBehaviors"]:
        assert bool(one.get("TrustedKeyGroups")) is one["PathPattern"].startswith("/p/")


def test_without_keys_nothing_is_private(tmp_path: Path) -> None:
    """Else private things would be public."""
    plain = configuration(Cloud(synthesize(tmp_path)))
    assert not [b for b in plain["CacheBehaviors"] if b["PathPattern"].startswith("/p/")]
    assert not [o for o in plain["Origins"] if o.get("OriginPath", "").startswith("/p")]


def test_what_is_no_rendition_is_not_served(distribution: dict[str, Any]) -> None:
    """Captures and downloads are in the same bucket; the default behaviour shows a folder of it."""
    default = distribution["DefaultCacheBehavior"]["TargetOriginId"]
    (origin,) = (o for o in distribution["Origins"] if o["Id"] == default)
    assert origin["OriginPath"] == "/web"


def test_a_purge_goes_by_the_tag_that_objects_bear(distribution: dict[str, Any]) -> None:
    assert distribution["CacheTagConfig"] == {"HeaderName": "x-amz-meta-cache-tag"}


def test_the_alarm_hears_what_the_resizer_says(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CloudWatch takes a metric of other dimensions for another metric."""
    (alarm,) = (
        alarm
        for alarm in cloud.resources("AWS::CloudWatch::Alarm")
        if "VariantsUnread" in alarm.logical_id
    )
    resizer = next(
        function.properties["Environment"]["Variables"]
        for function in cloud.resources("AWS::Lambda::Function")
        if function.properties["Handler"].startswith("img_resize.")
    )
    for name in ("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"):
        monkeypatch.setenv(name, resizer[name])

    count(STORED_VARIANT_ASKED)

    said = json.loads(capsys.readouterr().out)
    (metric,) = said["_aws"]["CloudWatchMetrics"]
    heard = alarm.properties
    assert heard["Namespace"] == metric["Namespace"]
    assert heard["MetricName"] == metric["Metrics"][0]["Name"]
    dimensions = {d["Name"]: d["Value"] for d in heard["Dimensions"]}
    assert dimensions == {name: said[name] for name in metric["Dimensions"][0]}


def test_logs_are_kept_where_they_are_wanted(distribution: dict[str, Any], tmp_path: Path) -> None:
    assert "accesslogs" in distribution["Logging"]["Bucket"]
    assert "Logging" not in configuration(Cloud(synthesize(tmp_path)))


def test_a_web_acl_is_made_where_cloudfront_wants_it(tmp_path: Path) -> None:
    firewall = synthesize(tmp_path, rateLimit=500)["Spool-Firewall"]
    (acl,) = firewall["Resources"].values()
    assert acl["Properties"]["Scope"] == "CLOUDFRONT"
    (rule,) = acl["Properties"]["Rules"]
    assert rule["Statement"]["RateBasedStatement"]["Limit"] == 500


def test_a_web_acl_that_is_there_is_used(tmp_path: Path) -> None:
    arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/mine/0a1b-2c3d"
    assert configuration(Cloud(synthesize(tmp_path, webAclArn=arn)))["WebACLId"] == arn


def test_a_function_that_cloudfront_would_not_take_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "long.js").write_text("x" * 10_240)
    (tmp_path / "longer.js").write_text("x" * 10_241)
    monkeypatch.setattr(edge_function, "EDGE", tmp_path)
    assert len(edge_function.built("long")) == 10_240
    with pytest.raises(BadSetting, match="longer"):
        edge_function.built("longer")


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
    own = synthesize(
        tmp_path, **EVERYTHING, domainName="media.example.com", certificateArn=CERTIFICATE
    )
    for name, template in templates.items():
        assert exports(own[name]) == exports(template), name
    assert cdn_url(Cloud(own)) == "https://media.example.com"


def cdn_url(cloud: Cloud) -> str:
    """What functions put before each key: all the same."""
    environments = (
        f.properties["Environment"]["Variables"] for f in cloud.resources("AWS::Lambda::Function")
    )
    (url,) = {e["CDN_URL"] for e in environments if "CDN_URL" in e}
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
    assert len(named) == 13
    assert {name for name in named if REGION not in name or len(name) > 64} == set()


def config_of(resource: Resource) -> Mapping[str, Any]:
    return next(iter(resource.properties.values()))


def test_a_key_for_private_content_can_be_replaced(templates: Templates, tmp_path: Path) -> None:
    """No other stack imports a key's id: it could not be taken away."""
    other = synthesize(tmp_path, **{**EVERYTHING, "privatePublicKeys": [public_key()]})
    for name, template in templates.items():
        assert exports(other[name]) == exports(template), name
