from __future__ import annotations

import io
from typing import Any

import pytest

from local.edge.configuration import load
from local.edge.sandbox import EdgeFunction
from local.edge.unsupported import Unsupported
from tests.unit.local.edge.signers import Signer

ARN = "arn:aws:cloudfront::000000000000:distribution/E1"
STORE = "arn:aws:cloudfront::000000000000:key-value-store/s"
SIGNER = Signer()
CACHE = {
    "MinTTL": 0,
    "DefaultTTL": 60,
    "MaxTTL": 3600,
    "ParametersInCacheKeyAndForwardedToOrigin": {},
}


def behaviour(pattern: str = "", origin: str = "renditions", **more: Any) -> dict[str, Any]:
    named = {"PathPattern": pattern} if pattern else {}
    return {**named, "TargetOriginId": origin, "CachePolicyId": "cache", **more}


def config(*behaviours: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Origins": {
            "Items": [
                {"Id": "renditions", "DomainName": "r.s3.us-east-1.amazonaws.com"},
                {
                    "Id": "function",
                    "DomainName": "f.lambda-url.us-east-1.on.aws",
                    "OriginAccessControlId": "oac",
                },
            ]
        },
        "DefaultCacheBehavior": behaviour(),
        "CacheBehaviors": {"Quantity": len(behaviours), "Items": list(behaviours)},
        **more,
    }


class StandInCloudFront:
    """The part of boto3's client that the edge reads."""

    def __init__(
        self, config: dict[str, Any], *, signing: str = "always", code: bytes = b""
    ) -> None:
        self._config, self.signing, self.code = config, signing, code

    def get_distribution(self, **_: str) -> dict[str, Any]:
        return {"Distribution": {"DomainName": "d1.cloudfront.net", "ARN": ARN}}

    def get_distribution_config(self, **_: str) -> dict[str, Any]:
        return {"DistributionConfig": self._config}

    def get_cache_policy(self, **_: str) -> dict[str, Any]:
        return {"CachePolicy": {"CachePolicyConfig": CACHE}}

    def get_function(self, *, Name: str, Stage: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        return {"FunctionCode": io.BytesIO(self.code or f"{Name} {Stage}".encode())}

    def describe_function(self, *, Name: str, **_: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        associations = {"Items": [{"KeyValueStoreARN": STORE}]} if Name == "rewrite" else {}
        return {"FunctionSummary": {"FunctionConfig": {"KeyValueStoreAssociations": associations}}}

    def get_origin_access_control(self, **_: str) -> dict[str, Any]:
        config = {"SigningBehavior": self.signing}
        return {"OriginAccessControl": {"OriginAccessControlConfig": config}}

    def get_key_group_config(self, *, Id: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        return {"KeyGroupConfig": {"Items": [f"{Id}-1", f"{Id}-2"]}}

    def get_public_key_config(self, *, Id: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        return {"PublicKeyConfig": {"Name": Id, "EncodedKey": SIGNER.pem}}


def test_the_first_behaviour_that_matches_answers() -> None:
    patterns = ["/img/*", "*.jpg", "/a?c", "renditions/*"]
    client = StandInCloudFront(config(*(behaviour(pattern) for pattern in patterns)))
    distribution = load(client, "E1")

    def chosen(path: str) -> str:
        return distribution.behaviour(path).pattern

    assert chosen("/img/a.jpg") == "/img/*"
    assert chosen("/other/a.jpg") == "*.jpg"
    assert chosen("/abc") == "/a?c"
    assert chosen("/renditions/a/b") == "renditions/*"
    assert chosen("/IMG/a") == "*"
    assert chosen("/") == "*"


def test_what_cloudfront_leaves_out_has_its_default() -> None:
    default = load(StandInCloudFront(config()), "E1").behaviour("/")

    assert default.methods == {"GET", "HEAD"}
    assert default.on_request is None
    assert not default.target.origins[0].signed


def test_functions_and_signing_are_read() -> None:
    association = {
        "EventType": "viewer-request",
        "FunctionARN": "arn:aws:cloudfront::0:function/rewrite",
    }
    associated = behaviour("/x", "function", FunctionAssociations={"Items": [association]})
    read = load(StandInCloudFront(config(associated)), "E1").behaviour("/x")

    assert read.on_request == EdgeFunction(b"rewrite LIVE", STORE)
    assert read.target.origins[0].signed


def test_errors_are_cached_ten_seconds_unless_the_distribution_says() -> None:
    errors = {"Items": [{"ErrorCode": 404, "ErrorCachingMinTTL": 1}]}
    distribution = load(StandInCloudFront(config(CustomErrorResponses=errors)), "E1")

    assert (distribution.error_ttl(404), distribution.error_ttl(503)) == (1, 10)


def test_an_origin_group_keeps_its_order() -> None:
    groups = {
        "Items": [
            {
                "Id": "group",
                "Members": {"Items": [{"OriginId": "renditions"}, {"OriginId": "function"}]},
                "FailoverCriteria": {"StatusCodes": {"Items": [403, 404]}},
            }
        ]
    }
    client = StandInCloudFront(config(behaviour("/x", "group"), OriginGroups=groups))
    target = load(client, "E1").behaviour("/x").target

    assert [origin.id for origin in target.origins] == ["renditions", "function"]
    assert target.failover == {403, 404}


@pytest.mark.parametrize(
    ("unsupported", "named"),
    [
        (config(behaviour("/x", TrustedSigners={"Items": ["k"]})), "trusted signers"),
        (config(Restrictions={"GeoRestriction": {"RestrictionType": "whitelist"}}), "geo"),
        (config(behaviour("/x", LambdaFunctionAssociations={"Items": [{}]})), "Lambda@Edge"),
        (config(behaviour("/x", ForwardedValues={"QueryString": True})), "legacy cache settings"),
        (
            config(CustomErrorResponses={"Items": [{"ErrorCode": 404, "ResponsePagePath": "/e"}]}),
            "a custom page for status 404",
        ),
    ],
)
def test_what_the_edge_does_not_model_is_refused_by_name(
    unsupported: dict[str, Any], named: str
) -> None:
    with pytest.raises(Unsupported, match=named):
        load(StandInCloudFront(unsupported), "E1")


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/p/a", "/p/*"),
        ("/%70/a", "/p/*"),
        ("/open/../p/a", "/p/*"),
        ("/open/%2e%2E/p/a", "/p/*"),
        ("/./p/a", "/p/*"),
        ("/p/../open/a", "/open/*"),
        ("/open/..%2fp/a", "/open/*"),
        ("//p/a", "*"),
        ("/P/a", "*"),
    ],
)
def test_no_spelling_of_a_path_leads_around_its_behaviour(path: str, pattern: str) -> None:
    client = StandInCloudFront(config(behaviour("/open/*"), behaviour("/p/*")))

    assert load(client, "E1").behaviour(path).pattern == pattern


def test_trusted_keys_are_those_of_all_groups() -> None:
    groups = {"Enabled": True, "Items": ["new", "old"]}
    client = StandInCloudFront(config(behaviour("/p/*", TrustedKeyGroups=groups)))
    keys = load(client, "E1").behaviour("/p/a").keys

    assert keys.keys() == {"new-1", "new-2", "old-1", "old-2"}
    assert keys["new-1"] == SIGNER.public


def test_origin_shield_and_cache_tags_are_read() -> None:
    more = config(CacheTagConfig={"HeaderName": "X-Amz-Meta-Cache-Tag"})
    more["Origins"]["Items"][0]["OriginShield"] = {"Enabled": True, "OriginShieldRegion": "x"}

    assert load(StandInCloudFront(more), "E1").tag_header == "x-amz-meta-cache-tag"


def test_an_access_control_that_never_signs_does_not_sign() -> None:
    client = StandInCloudFront(config(behaviour("/x", "function")), signing="never")
    assert not load(client, "E1").behaviour("/x").target.origins[0].signed

    client = StandInCloudFront(config(behaviour("/x", "function")), signing="no-override")
    with pytest.raises(Unsupported, match="a viewer may override"):
        load(client, "E1")


def test_a_function_that_chooses_its_origin_is_refused() -> None:
    association = {"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::0:function/f"}
    associated = behaviour("/x", FunctionAssociations={"Items": [association]})
    client = StandInCloudFront(config(associated), code=b"cf.updateRequestOrigin({})")

    with pytest.raises(Unsupported, match=r"cf\.updateRequestOrigin\(\) \(function f\)"):
        load(client, "E1")
