"""Answers from the cache, and fills it from the origins."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from local.edge import conditions, freshness
from local.edge.answer import Hit
from local.edge.cache import Cache, Entry
from local.edge.distribution import Behaviour, Distribution
from local.edge.forwarding import CacheKey, cache_key, forwarded
from local.edge.invalidations import tags_in
from local.edge.messages import Request, Response
from local.edge.origins import OriginFailed, Origins

CACHED_METHODS = frozenset({"GET", "HEAD"})
REPEATED_METHODS = CACHED_METHODS | {"OPTIONS"}  # at an origin group's second origin


@dataclass(frozen=True)
class Outcome:
    """`verdict` is what X-Cache says; `upstream` the seconds until an origin's first byte, None for
    what no origin was asked for."""

    response: Response
    verdict: str
    upstream: float | None = None
    hit: Hit | None = None

    @classmethod
    def judged(
        cls, response: Response, verdict: str, upstream: float | None = None, hit: Hit | None = None
    ) -> Outcome:
        return cls(response, "Error" if response.status >= 400 else verdict, upstream, hit)

    @property
    def from_origin(self) -> bool:
        """Whether an origin said it, now or before."""
        return self.verdict != "FunctionGeneratedResponse"


@dataclass(frozen=True)
class Store:
    distribution: Distribution
    origins: Origins
    cache: Cache

    async def answer(self, behaviour: Behaviour, request: Request) -> Outcome:
        """`request` is as the viewer's function made it."""
        if request.method not in CACHED_METHODS:
            began = time.perf_counter()
            response = await self._fetch(behaviour, forwarded(behaviour, request))
            return Outcome.judged(response, "Miss", time.perf_counter() - began)
        key = cache_key(behaviour, request)
        if hit := self._hit(key, request):
            return hit
        if behaviour.cache.max_ttl == 0:
            return await self._missed(behaviour, request, key)
        async with self.cache.collapsed(key):
            return self._hit(key, request) or await self._missed(behaviour, request, key)

    def _hit(self, key: CacheKey, request: Request) -> Outcome | None:
        entry = self.cache.get(key)
        if entry is None or not self.cache.is_fresh(entry):
            return None
        hit = Hit(key, entry.mark, self.cache.age(entry))
        return Outcome.judged(conditions.apply(request, entry.response), "Hit", hit=hit)

    async def _missed(self, behaviour: Behaviour, request: Request, key: CacheKey) -> Outcome:
        stale, since, began = self.cache.get(key), self.cache.now, time.perf_counter()
        response = await self._fetch(behaviour, _revalidating(forwarded(behaviour, request), stale))
        upstream, verdict = time.perf_counter() - began, "Miss"
        if response.status == 304 and stale:
            response, verdict = _refreshed(stale.response, response), "RefreshHit"
        if not isinstance(response.body, bytes) and request.header("range"):
            part = await self._ranged(behaviour, request, response)
            return Outcome.judged(part, verdict, upstream)
        self._keep(behaviour, request, key, response, since)
        return Outcome.judged(conditions.apply(request, response), verdict, upstream)

    def _keep(
        self, behaviour: Behaviour, request: Request, key: CacheKey, response: Response, since: int
    ) -> None:
        error_ttl = self.distribution.error_ttl(response.status)
        lifetime = freshness.lifetime(response, behaviour.cache, error_ttl)
        if request.method == "GET" and lifetime > 0:
            header = self.distribution.tag_header
            tags = tags_in(response.header(header)) if header else frozenset[str]()
            self.cache.put(key, response, lifetime, tags=tags, since=since)

    async def _ranged(self, behaviour: Behaviour, request: Request, whole: Response) -> Response:
        """Too large to hold: the origin cuts the range out."""
        await whole.close()
        whole_request = forwarded(behaviour, request)
        ranged = (*whole_request.headers, ("range", request.header("range")))
        return await self._fetch(behaviour, replace(whole_request, headers=ranged))

    async def _fetch(self, behaviour: Behaviour, request: Request) -> Response:
        """What the target says, or the edge's own error where it says nothing."""
        target = behaviour.target
        first, *others = target.origins
        fails_over = target.failover if others and request.method in REPEATED_METHODS else set()
        try:
            response = await self.origins.fetch(first, request)
            if response.status not in fails_over:
                return response
            await response.close()
        except OriginFailed as error:
            if not error.failover & fails_over:
                return _bad_gateway(error)
        try:
            return await self.origins.fetch(others[0], request)
        except OriginFailed as error:
            return _bad_gateway(error)


def _bad_gateway(error: OriginFailed) -> Response:
    return Response.error(error.status, f"Bad gateway: {error}")


def _revalidating(request: Request, stale: Entry | None) -> Request:
    if stale is None or stale.response.status != 200:
        return request
    validators = {
        "if-none-match": stale.response.header("etag"),
        "if-modified-since": stale.response.header("last-modified"),
    }
    added = tuple((name, value) for name, value in validators.items() if value)
    return replace(request, headers=(*request.headers, *added))


def _refreshed(stale: Response, confirmation: Response) -> Response:
    """The stale response with the newer headers of the origin's 304 (RFC 9111, 3.2)."""
    newer = [
        (name, value)
        for name, value in confirmation.headers
        if name in {"cache-control", "date", "etag", "expires", "last-modified"}
    ]
    return stale.with_headers(*newer)
