"""What a distribution may use and this edge does not model: refused at start, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.errors import CloudError

# Of a function's `cf`, there is kvs() only.
_FUNCTION_HELPERS = (
    b"updateRequestOrigin",
    b"selectRequestOriginById",
    b"createRequestOriginGroup",
    b"edgeLocation",
    b"rawQueryString",
)


class Unsupported(CloudError):
    """The distribution uses a feature that this edge does not model."""

    def __init__(self, feature: str) -> None:
        super().__init__(f"The edge does not model what the distribution uses: {feature}.")


def items(group: Mapping[str, Any] | None) -> list[Any]:
    """The members of CloudFront's `{Quantity, Items}`, which leaves Items out when empty."""
    return list((group or {}).get("Items") or [])


def check_distribution(config: Mapping[str, Any]) -> None:
    """Raises Unsupported for what is common to all behaviours."""
    _refuse(_of_distribution(config))


def check_behaviour(pattern: str, config: Mapping[str, Any]) -> None:
    """Raises Unsupported."""
    _refuse(_of_behaviour(config), f" (behaviour {pattern})")


def check_function(name: str, code: bytes) -> None:
    """Raises Unsupported."""
    used = [f"cf.{helper.decode()}()" for helper in _FUNCTION_HELPERS if helper in code]
    _refuse(iter(used), f" (function {name})")


def _refuse(features: Iterator[str], where: str = "") -> None:
    if used := list(features):
        raise Unsupported(f"{' and '.join(used)}{where}")


def _of_distribution(config: Mapping[str, Any]) -> Iterator[str]:
    yield from _of_origins(config)
    for error in items(config.get("CustomErrorResponses")):
        if error.get("ResponsePagePath"):
            yield f"a custom page for status {error['ErrorCode']}"
    geo = (config.get("Restrictions") or {}).get("GeoRestriction") or {}
    if geo.get("RestrictionType", "none") != "none":
        yield "geo restriction"


def _of_origins(config: Mapping[str, Any]) -> Iterator[str]:
    for origin in items(config["Origins"]):
        if (origin.get("S3OriginConfig") or {}).get("OriginAccessIdentity"):
            yield f"an origin access identity (origin {origin['Id']})"
        if origin.get("VpcOriginConfig"):
            yield f"a VPC origin ({origin['Id']})"
    for group in items(config.get("OriginGroups")):
        if group.get("SelectionCriteria", "default") not in {"", "default"}:
            yield f"an origin group that selects by quality ({group['Id']})"


def _of_behaviour(config: Mapping[str, Any]) -> Iterator[str]:
    features = {
        "trusted signers": items(config.get("TrustedSigners")),
        "Lambda@Edge": items(config.get("LambdaFunctionAssociations")),
        "legacy cache settings": config.get("ForwardedValues"),
        "field-level encryption": config.get("FieldLevelEncryptionId"),
        "smooth streaming": config.get("SmoothStreaming"),
        "gRPC": (config.get("GrpcConfig") or {}).get("Enabled"),
    }
    yield from (name for name, value in features.items() if value)
