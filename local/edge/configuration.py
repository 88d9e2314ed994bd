"""Reads a distribution and all that it refers to through CloudFront's API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.edge.distribution import DEFAULT_ERROR_TTL, Behaviour, Distribution, Origin, Target
from local.edge.policies import CachePolicy, HeadersPolicy, RequestPolicy
from local.edge.sandbox import EdgeFunction
from local.edge.trusted_keys import TrustedKeys, read_trusted_keys
from local.edge.unsupported import (
    Unsupported,
    check_behaviour,
    check_distribution,
    check_function,
    items,
)


def load(cloudfront: Any, distribution_id: str) -> Distribution:
    """The distribution as it is now. Raises Unsupported.

    Origin Shield is accepted and changes nothing: the edge is one tier, and collapses requests.
    """
    deployed = cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    config = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    check_distribution(config)
    targets = _targets(cloudfront, config)
    behaviours = [*items(config.get("CacheBehaviors")), config["DefaultCacheBehavior"]]
    return Distribution(
        id=distribution_id,
        domain=deployed["DomainName"],
        root_object=config.get("DefaultRootObject", ""),
        behaviours=tuple(_behaviour(cloudfront, behaviour, targets) for behaviour in behaviours),
        error_ttls={
            int(error["ErrorCode"]): int(error.get("ErrorCachingMinTTL", DEFAULT_ERROR_TTL))
            for error in items(config.get("CustomErrorResponses"))
        },
        arn=deployed["ARN"],
        tag_header=(config.get("CacheTagConfig") or {}).get("HeaderName", "").lower(),
    )


def _targets(cloudfront: Any, config: Mapping[str, Any]) -> dict[str, Target]:
    origins = {o["Id"]: _origin(cloudfront, o) for o in items(config["Origins"])}
    targets = {name: Target((origin,)) for name, origin in origins.items()}
    for group in items(config.get("OriginGroups")):
        members = tuple(origins[m["OriginId"]] for m in items(group["Members"]))
        statuses = items(group["FailoverCriteria"]["StatusCodes"])
        targets[group["Id"]] = Target(members, frozenset(map(int, statuses)))
    return targets


def _origin(cloudfront: Any, config: Mapping[str, Any]) -> Origin:
    headers = items(config.get("CustomHeaders"))
    return Origin(
        id=config["Id"],
        domain=config["DomainName"],
        path=config.get("OriginPath", ""),
        headers=tuple((h["HeaderName"], h["HeaderValue"]) for h in headers),
        signed=_is_signed(cloudfront, config),
    )


def _is_signed(cloudfront: Any, config: Mapping[str, Any]) -> bool:
    access = config.get("OriginAccessControlId")
    if not access:
        return False
    control = cloudfront.get_origin_access_control(Id=access)["OriginAccessControl"]
    behaviour = control["OriginAccessControlConfig"]["SigningBehavior"]
    if behaviour == "no-override":
        raise Unsupported(f"signing that a viewer may override (origin {config['Id']})")
    return bool(behaviour == "always")


def _behaviour(
    cloudfront: Any, config: Mapping[str, Any], targets: Mapping[str, Target]
) -> Behaviour:
    pattern = config.get("PathPattern", "*")
    check_behaviour(pattern, config)
    functions = {
        f["EventType"]: _function(cloudfront, f["FunctionARN"])
        for f in items(config.get("FunctionAssociations"))
    }
    return Behaviour(
        pattern=pattern,
        target=targets[config["TargetOriginId"]],
        methods=frozenset(items(config.get("AllowedMethods")) or ("GET", "HEAD")),
        cache=CachePolicy.parse(
            cloudfront.get_cache_policy(Id=config["CachePolicyId"])["CachePolicy"][
                "CachePolicyConfig"
            ]
        ),
        forward=_request_policy(cloudfront, config.get("OriginRequestPolicyId")),
        headers=_headers_policy(cloudfront, config.get("ResponseHeadersPolicyId")),
        on_request=functions.get("viewer-request"),
        on_response=functions.get("viewer-response"),
        keys=_keys(cloudfront, pattern, config),
    )


def _request_policy(cloudfront: Any, policy_id: str | None) -> RequestPolicy:
    if not policy_id:
        return RequestPolicy.parse({})
    policy = cloudfront.get_origin_request_policy(Id=policy_id)["OriginRequestPolicy"]
    return RequestPolicy.parse(policy["OriginRequestPolicyConfig"])


def _headers_policy(cloudfront: Any, policy_id: str | None) -> HeadersPolicy:
    if not policy_id:
        return HeadersPolicy.parse({})
    policy = cloudfront.get_response_headers_policy(Id=policy_id)["ResponseHeadersPolicy"]
    return HeadersPolicy.parse(policy["ResponseHeadersPolicyConfig"])


def _keys(cloudfront: Any, pattern: str, config: Mapping[str, Any]) -> TrustedKeys:
    groups = items(config.get("TrustedKeyGroups"))
    keys = read_trusted_keys(cloudfront, groups)
    if groups and not keys:
        raise Unsupported(f"trusted key groups without a key (behaviour {pattern})")
    return keys


def _function(cloudfront: Any, arn: str) -> EdgeFunction:
    name = arn.rpartition("/")[2]
    code = bytes(cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read())
    check_function(name, code)
    summary = cloudfront.describe_function(Name=name, Stage="LIVE")["FunctionSummary"]
    stores = items(summary["FunctionConfig"].get("KeyValueStoreAssociations"))
    return EdgeFunction(code, stores[0]["KeyValueStoreARN"] if stores else None)
