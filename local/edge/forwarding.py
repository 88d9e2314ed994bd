"""What of a request is in the cache key, and what goes on to the origin."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from local.edge.distribution import Behaviour
from local.edge.messages import Pairs, Request, format_query
from local.edge.policies import Rule, Selection

# Decided by the edge, whatever a policy forwards.
_NEVER_FORWARDED = {
    "accept-encoding", "connection", "content-length", "cookie", "host", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "range",
    "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
}  # fmt: skip
# Of a body, forwarded always.
_OF_BODY = {"content-type", "content-encoding", "content-language", "x-amz-content-sha256"}


@dataclass(frozen=True)
class CacheKey:
    """What an object is cached under. GET and HEAD share entries."""

    pattern: str
    path: str
    query: Pairs
    rest: Hashable

    @property
    def url(self) -> str:
        """The path, and the query where it is in the key: what invalidations name."""
        return f"{self.path}?{format_query(self.query)}" if self.query else self.path


def cache_key(behaviour: Behaviour, request: Request) -> CacheKey:
    """The path and what the cache policy takes of the rest."""
    policy = behaviour.cache
    cookies = request.cookies if policy.cookies.rule is not Rule.NONE else ()
    encodings = policy.accept_encoding(request.header("accept-encoding"))
    return CacheKey(
        behaviour.pattern,
        request.path,
        _taken(request.query, policy.query),
        (_taken(request.headers, policy.headers), _taken(cookies, policy.cookies), encodings),
    )


def _taken(pairs: Pairs, *selections: Selection) -> Pairs:
    wanted = [selection for selection in selections if selection.rule is not Rule.NONE]
    if not pairs or not wanted:
        return ()
    return tuple(pair for pair in pairs if any(s.takes(pair[0]) for s in wanted))


def forwarded(behaviour: Behaviour, request: Request) -> Request:
    """The request as the origin gets it: the cache key's parts and the request policy's."""
    cache, forward = behaviour.cache, behaviour.forward
    taken = tuple(
        (name, value)
        for name, value in request.headers
        if name not in _NEVER_FORWARDED
        and (cache.headers.takes(name) or forward.headers.takes(name) or name in _OF_BODY)
    )
    added = {
        "accept-encoding": cache.accept_encoding(request.header("accept-encoding")),
        "cookie": "; ".join(
            f"{name}={value}"
            for name, value in _taken(request.cookies, cache.cookies, forward.cookies)
        ),
        "user-agent": _user_agent(behaviour, request),
        "via": "1.1 spool-edge (CloudFront)",
        "x-amz-cf-id": request.id,
        "x-forwarded-for": ", ".join(
            filter(None, (request.header("x-forwarded-for"), request.client))
        ),
    }
    return replace(
        request,
        query=_taken(request.query, cache.query, forward.query),
        headers=(
            *(pair for pair in taken if pair[0] not in added),
            *((name, value) for name, value in added.items() if value),
        ),
    )


def _user_agent(behaviour: Behaviour, request: Request) -> str:
    viewers = behaviour.cache.headers.takes("user-agent") or behaviour.forward.headers.takes(
        "user-agent"
    )
    return request.header("user-agent") if viewers else "Amazon CloudFront"
