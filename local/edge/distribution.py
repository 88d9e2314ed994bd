"""A distribution as the edge needs it, read through CloudFront's API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.edge.policies import CachePolicy, HeadersPolicy, RequestPolicy
from local.errors import CloudError

DEFAULT_ERROR_TTL = 10  # seconds, what CloudFront caches an error for unless told otherwise


class Unsupported(CloudError):
    """The distribution uses a feature that this edge does not model."""

    def __init__(self, feature: str) -> None:
        super().__init__(f"The edge does not model what the distribution uses: {feature}.")


@dataclass(frozen=True)
class Origin:
    """Where a behaviour's requests go. `signed` is whether an origin access control signs them."""

    id: str
    domain: str
    path: str
    headers: tuple[tuple[str, str], ...]
    signed: bool

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Origin:
        headers = items(item.get("CustomHeaders"))
        return cls(
            item["Id"],
            item["DomainName"],
            item.get("OriginPath", ""),
            tuple((h["HeaderName"], h["HeaderValue"]) for h in headers),
            bool(item.get("OriginAccessControlId")),
        )


@dataclass(frozen=True)
class Target:
    """One origin, or two of an origin group with the statuses that make the second one answer."""

    origins: tuple[Origin, ...]
    failover: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One cache behaviour. `on_request`, `on_response` are CloudFront Functions' code."""

    pattern: str
    target: Target
    methods: frozenset[str]
    cache: CachePolicy
    forward: RequestPolicy
    headers: HeadersPolicy
    on_request: bytes | None
    on_response: bytes | None

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        wild = re.escape("/" + self.pattern.removeprefix("/"))
        return re.compile(wild.replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)

    def matches(self, path: str) -> bool:
        return self._regex.fullmatch(path) is not None


@dataclass(frozen=True)
class Distribution:
    id: str
    domain: str
    root_object: str
    behaviours: tuple[Behaviour, ...]  # in order of precedence, the default one last
    error_ttls: Mapping[int, int]

    def behaviour(self, path: str) -> Behaviour:
        return next(b for b in self.behaviours if b.matches(path))

    def error_ttl(self, status: int) -> int:
        return self.error_ttls.get(status, DEFAULT_ERROR_TTL)


def load(cloudfront: Any, distribution_id: str) -> Distribution:
    """Read the distribution and all that it refers to. Raises Unsupported."""
    domain = cloudfront.get_distribution(Id=distribution_id)["Distribution"]["DomainName"]
    config = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    targets = _targets(config)
    behaviours = [*items(config.get("CacheBehaviors")), config["DefaultCacheBehavior"]]
    return Distribution(
        distribution_id,
        domain,
        config.get("DefaultRootObject", ""),
        tuple(_behaviour(cloudfront, behaviour, targets) for behaviour in behaviours),
        dict(_error_ttl(error) for error in items(config.get("CustomErrorResponses"))),
    )


def items(group: Mapping[str, Any] | None) -> list[Any]:
    """The members of CloudFront's `{Quantity, Items}`, which leaves Items out when empty."""
    return list((group or {}).get("Items") or [])


def _error_ttl(error: Mapping[str, Any]) -> tuple[int, int]:
    if error.get("ResponsePagePath"):
        raise Unsupported(f"a custom page for status {error['ErrorCode']}")
    return int(error["ErrorCode"]), int(error.get("ErrorCachingMinTTL", DEFAULT_ERROR_TTL))


def _targets(config: Mapping[str, Any]) -> dict[str, Target]:
    origins = {o["Id"]: Origin.parse(o) for o in items(config["Origins"])}
    targets = {name: Target((origin,)) for name, origin in origins.items()}
    for group in items(config.get("OriginGroups")):
        members = tuple(origins[m["OriginId"]] for m in items(group["Members"]))
        statuses = items(group["FailoverCriteria"]["StatusCodes"])
        targets[group["Id"]] = Target(members, frozenset(map(int, statuses)))
    return targets


def _behaviour(
    cloudfront: Any, config: Mapping[str, Any], targets: Mapping[str, Target]
) -> Behaviour:
    pattern = config.get("PathPattern", "*")
    _refuse_unsupported(pattern, config)
    functions = {f["EventType"]: f["FunctionARN"] for f in _functions(config)}
    code = _function_reader(cloudfront)
    cache = cloudfront.get_cache_policy(Id=config["CachePolicyId"])
    forward = config.get("OriginRequestPolicyId")
    headers = config.get("ResponseHeadersPolicyId")
    return Behaviour(
        pattern=pattern,
        target=targets[config["TargetOriginId"]],
        methods=frozenset(items(config.get("AllowedMethods")) or ("GET", "HEAD")),
        cache=CachePolicy.parse(cache["CachePolicy"]["CachePolicyConfig"]),
        forward=RequestPolicy.parse(
            cloudfront.get_origin_request_policy(Id=forward)["OriginRequestPolicy"][
                "OriginRequestPolicyConfig"
            ]
            if forward
            else {}
        ),
        headers=HeadersPolicy.parse(
            cloudfront.get_response_headers_policy(Id=headers)["ResponseHeadersPolicy"][
                "ResponseHeadersPolicyConfig"
            ]
            if headers
            else {}
        ),
        on_request=code(functions.get("viewer-request")),
        on_response=code(functions.get("viewer-response")),
    )


def _refuse_unsupported(pattern: str, config: Mapping[str, Any]) -> None:
    features = {
        "trusted key groups": items(config.get("TrustedKeyGroups")),
        "trusted signers": items(config.get("TrustedSigners")),
        "Lambda@Edge": items(config.get("LambdaFunctionAssociations")),
        "legacy cache settings": config.get("ForwardedValues"),
    }
    if used := [name for name, value in features.items() if value]:
        raise Unsupported(f"{' and '.join(used)} (behaviour {pattern})")


def _functions(config: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return items(config.get("FunctionAssociations"))


def _function_reader(cloudfront: Any) -> Callable[[str | None], bytes | None]:
    def read(arn: str | None) -> bytes | None:
        if arn is None:
            return None
        name = arn.rpartition("/")[2]
        code = cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
        return bytes(code)

    return read
