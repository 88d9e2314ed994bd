from __future__ import annotations

import io
from typing import Any

import pytest

from local.edge.distribution import Unsupported, load

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

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    def get_distribution(self, **_: str) -> dict[str, Any]:
        return {"Distribution": {"DomainName": "d1.cloudfront.net"}}

    def get_distribution_config(self, **_: str) -> dict[str, Any]:
        return {"DistributionConfig": self._config}

    def get_cache_policy(self, **_: str) -> dict[str, Any]:
        return {"CachePolicy": {"CachePolicyConfig": CACHE}}

    def get_function(self, *, Name: str, Stage: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        return {"FunctionCode": io.BytesIO(f"{Name} {Stage}".encode())}


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

    assert read.on_request == b"rewrite LIVE"
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
        (config(behaviour("/x", TrustedKeyGroups={"Items": ["k"]})), "trusted key groups"),
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
