"""A distribution as the edge needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from local.edge.paths import normalised, wildcard
from local.edge.policies import CachePolicy, HeadersPolicy, RequestPolicy
from local.edge.purity import is_pure
from local.edge.sandbox import EdgeFunction
from local.edge.trusted_keys import TrustedKeys

DEFAULT_ERROR_TTL = 10  # seconds, what CloudFront caches an error for unless told otherwise


@dataclass(frozen=True)
class Origin:
    """Where a behaviour's requests go. `signed` is whether an origin access control signs them."""

    id: str
    domain: str
    path: str
    headers: tuple[tuple[str, str], ...]
    signed: bool


@dataclass(frozen=True)
class Target:
    """One origin, or two of an origin group with the statuses that make the second one answer."""

    origins: tuple[Origin, ...]
    failover: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Behaviour:
    """One cache behaviour. Whom `keys` names must have signed a request, if it names any."""

    pattern: str
    target: Target
    methods: frozenset[str]
    cache: CachePolicy
    forward: RequestPolicy
    headers: HeadersPolicy
    on_request: EdgeFunction | None
    on_response: EdgeFunction | None
    keys: TrustedKeys = field(default_factory=dict)

    def matches(self, path: str) -> bool:
        """`path` is normalised."""
        return wildcard("/" + self.pattern.removeprefix("/")).fullmatch(path) is not None

    @cached_property
    def repeats(self) -> bool:
        """Whether the same request gets the same answer while the cache doesn't change."""
        return not self.keys and all(is_pure(function.code) for function in self.functions)

    @property
    def functions(self) -> tuple[EdgeFunction, ...]:
        return tuple(filter(None, (self.on_request, self.on_response)))


@dataclass(frozen=True)
class Distribution:
    """`tag_header` is the origin's header that lists an object's cache tags, lower case."""

    id: str
    domain: str
    root_object: str
    behaviours: tuple[Behaviour, ...]  # in order of precedence, the default one last
    error_ttls: Mapping[int, int]
    arn: str = ""
    tag_header: str = ""

    def behaviour(self, path: str) -> Behaviour:
        path = normalised(path)
        return next(b for b in self.behaviours if b.matches(path))

    def error_ttl(self, status: int) -> int:
        return self.error_ttls.get(status, DEFAULT_ERROR_TTL)

    @cached_property
    def stores(self) -> frozenset[str]:
        """The KeyValueStores that functions read, by ARN."""
        functions = (f for behaviour in self.behaviours for f in behaviour.functions)
        return frozenset(f.store for f in functions if f.store)

    @cached_property
    def signed_origins(self) -> frozenset[Origin]:
        return frozenset(o for b in self.behaviours for o in b.target.origins if o.signed)
