"""CloudFront's cache, origin request and response headers policies, as values.

Sources: "Understand cache policies", "Understand origin request policies" and "Understand response
headers policies" in the CloudFront Developer Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

ALL_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")


class Rule(StrEnum):
    NONE = "none"
    ALL = "all"
    ONLY = "whitelist"
    EXCEPT = "allExcept"


@dataclass(frozen=True)
class Selection:
    """Which headers, cookies or query parameters a policy takes."""

    rule: Rule = Rule.NONE
    names: frozenset[str] = frozenset()

    def takes(self, name: str) -> bool:
        if self.rule in {Rule.NONE, Rule.ALL}:
            return self.rule is Rule.ALL
        return (name in self.names) is (self.rule is Rule.ONLY)

    @classmethod
    def parse(cls, config: Mapping[str, Any], kind: str) -> Selection:
        """`kind` is Header, Cookie or QueryString, as CloudFront names the fields."""
        part = config.get(f"{kind}sConfig") or {}
        # allViewer(AndWhitelistCloudFront): the edge has no CloudFront-* header to add.
        rule = part.get(f"{kind}Behavior", "none")
        rule = "all" if rule.startswith("allViewer") else rule
        names = (part.get(f"{kind}s") or {}).get("Items") or []
        lowered = [name.lower() for name in names] if kind == "Header" else names
        return cls(Rule(rule), frozenset(lowered))


@dataclass(frozen=True)
class CachePolicy:
    """TTLs in seconds, and what tells one cached object from another besides its path."""

    min_ttl: int
    default_ttl: int
    max_ttl: int
    headers: Selection
    cookies: Selection
    query: Selection
    encodings: tuple[str, ...]

    @classmethod
    def parse(cls, config: Mapping[str, Any]) -> CachePolicy:
        key = config["ParametersInCacheKeyAndForwardedToOrigin"]
        offered = {
            "br": key.get("EnableAcceptEncodingBrotli"),
            "gzip": key.get("EnableAcceptEncodingGzip"),
        }
        return cls(
            int(config["MinTTL"]),
            int(config["DefaultTTL"]),
            int(config["MaxTTL"]),
            Selection.parse(key, "Header"),
            Selection.parse(key, "Cookie"),
            Selection.parse(key, "QueryString"),
            tuple(name for name, enabled in offered.items() if enabled),
        )

    def accept_encoding(self, header: str) -> str:
        """The viewer's Accept-Encoding, reduced to what the policy lets pass; may be empty."""
        if not self.encodings:
            return ""
        accepted = {part.partition(";")[0].strip() for part in header.lower().split(",")}
        return ",".join(name for name in self.encodings if name in accepted)


@dataclass(frozen=True)
class RequestPolicy:
    """What is forwarded to the origin besides the cache key."""

    headers: Selection
    cookies: Selection
    query: Selection

    @classmethod
    def parse(cls, config: Mapping[str, Any]) -> RequestPolicy:
        return cls(
            Selection.parse(config, "Header"),
            Selection.parse(config, "Cookie"),
            Selection.parse(config, "QueryString"),
        )


@dataclass(frozen=True)
class SetHeader:
    """A header to add, its name in lower case; `override` replaces the origin's own."""

    name: str
    value: str
    override: bool


@dataclass(frozen=True)
class Cors:
    origins: tuple[str, ...]
    methods: str
    headers: str
    exposed: str
    max_age: int | None
    credentials: bool
    override: bool

    @classmethod
    def parse(cls, config: Mapping[str, Any]) -> Cors:
        def names(field: str) -> list[str]:
            return (config.get(field) or {}).get("Items") or []

        return cls(
            tuple(names("AccessControlAllowOrigins")),
            ", ".join(
                ALL_METHODS
                if "ALL" in names("AccessControlAllowMethods")
                else names("AccessControlAllowMethods")
            ),
            ", ".join(names("AccessControlAllowHeaders")),
            ", ".join(names("AccessControlExposeHeaders")),
            config.get("AccessControlMaxAgeSec"),
            bool(config.get("AccessControlAllowCredentials")),
            bool(config.get("OriginOverride")),
        )


@dataclass(frozen=True)
class HeadersPolicy:
    """`timing_rate` is the share of responses, 0 to 1, that say Server-Timing."""

    set_headers: tuple[SetHeader, ...]
    removed: frozenset[str]
    cors: Cors | None
    timing_rate: float

    @cached_property
    def dropped(self) -> frozenset[str]:
        """The origin's headers that viewers don't get."""
        return self.removed | {header.name for header in self.set_headers if header.override}

    @classmethod
    def parse(cls, config: Mapping[str, Any]) -> HeadersPolicy:
        security = config.get("SecurityHeadersConfig") or {}
        custom = (config.get("CustomHeadersConfig") or {}).get("Items") or []
        removed = (config.get("RemoveHeadersConfig") or {}).get("Items") or []
        cors = config.get("CorsConfig")
        timing = config.get("ServerTimingHeadersConfig") or {}
        return cls(
            (
                *(_security_header(name, value) for name, value in security.items()),
                *(SetHeader(h["Header"].lower(), h["Value"], h["Override"]) for h in custom),
            ),
            frozenset(h["Header"].lower() for h in removed),
            Cors.parse(cors) if cors else None,
            float(timing.get("SamplingRate", 100)) / 100 if timing.get("Enabled") else 0.0,
        )


def _security_header(name: str, config: Mapping[str, Any]) -> SetHeader:
    header, value = _SECURITY_HEADERS[name]
    return SetHeader(header, value(config), bool(config["Override"]))


def _hsts(config: Mapping[str, Any]) -> str:
    parts = [f"max-age={config['AccessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] if config.get("IncludeSubdomains") else []
    parts += ["preload"] if config.get("Preload") else []
    return "; ".join(parts)


def _xss(config: Mapping[str, Any]) -> str:
    if not config["Protection"]:
        return "0"
    return "1; mode=block" if config.get("ModeBlock") else "1"


_SECURITY_HEADERS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "ContentSecurityPolicy": ("content-security-policy", lambda c: c["ContentSecurityPolicy"]),
    "ContentTypeOptions": ("x-content-type-options", lambda _: "nosniff"),
    "FrameOptions": ("x-frame-options", lambda c: c["FrameOption"]),
    "ReferrerPolicy": ("referrer-policy", lambda c: c["ReferrerPolicy"]),
    "StrictTransportSecurity": ("strict-transport-security", _hsts),
    "XSSProtection": ("x-xss-protection", _xss),
}
