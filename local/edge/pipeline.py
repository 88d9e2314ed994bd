"""What happens to one request: behaviour, viewer functions, cache, origin, headers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from local.edge import conditions, freshness, headers
from local.edge.cache import Cache, Entry
from local.edge.distribution import Behaviour, Distribution
from local.edge.forwarding import cache_key, forwarded
from local.edge.functions import FunctionRuntime, InvalidResult
from local.edge.messages import Request, Response
from local.edge.origins import OriginFailed, Origins
from local.edge.sandbox import FunctionFailed

CACHED_METHODS = {"GET", "HEAD"}


class Pipeline:
    def __init__(
        self, distribution: Distribution, origins: Origins, functions: FunctionRuntime, cache: Cache
    ) -> None:
        self._distribution = distribution
        self._origins = origins
        self._functions = functions
        self._cache = cache

    async def answer(self, request: Request) -> Response:
        """The response to the viewer."""
        behaviour = self._distribution.behaviour(request.path)
        if request.method not in behaviour.methods:
            return _signed(Response.error(403, "This path does not allow that method."), "Error")
        try:
            response, verdict = await self._answer(behaviour, request)
            if behaviour.on_response and response.status < 400:
                response = await self._functions.on_response(
                    behaviour.on_response, request, response
                )
        except FunctionFailed as error:
            return _signed(Response.error(503, f"A CloudFront Function failed: {error}"), "Error")
        except (InvalidResult, OriginFailed) as error:
            return _signed(Response.error(502, f"Bad gateway: {error}"), "Error")
        return _signed(headers.apply(behaviour.headers, request, response), verdict)

    async def _answer(self, behaviour: Behaviour, request: Request) -> tuple[Response, str]:
        if behaviour.on_request:
            result = await self._functions.on_request(behaviour.on_request, request)
            if isinstance(result, Response):
                return result, "FunctionGeneratedResponse"
            request = result
        if request.path == "/" and self._distribution.root_object:
            request = replace(request, path=f"/{self._distribution.root_object}")
        if request.method not in CACHED_METHODS:
            response = await self._fetch(behaviour, forwarded(behaviour, request))
            return response, "Error" if response.status >= 400 else "Miss"
        return await self._cached(behaviour, request)

    async def _cached(self, behaviour: Behaviour, request: Request) -> tuple[Response, str]:
        key = cache_key(behaviour, request)
        if (entry := self._cache.get(key)) and self._cache.is_fresh(entry):
            return self._from_cache(request, entry, "Hit")
        if behaviour.cache.max_ttl == 0:
            return await self._missed(behaviour, request, key, None)
        async with self._cache.alone(key):
            entry = self._cache.get(key)
            if entry and self._cache.is_fresh(entry):
                return self._from_cache(request, entry, "Hit")
            return await self._missed(behaviour, request, key, entry)

    def _from_cache(self, request: Request, entry: Entry, verdict: str) -> tuple[Response, str]:
        response = entry.response.with_headers(("age", str(self._cache.age(entry))))
        verdict = "Error" if response.status >= 400 else verdict
        return conditions.apply(request, response), verdict

    async def _missed(
        self, behaviour: Behaviour, request: Request, key: Hashable, stale: Entry | None
    ) -> tuple[Response, str]:
        response = await self._fetch(behaviour, _revalidating(forwarded(behaviour, request), stale))
        if response.status == 304 and stale:
            response, verdict = _refreshed(stale.response, response), "RefreshHit"
        else:
            verdict = "Error" if response.status >= 400 else "Miss"
        if not isinstance(response.body, bytes) and request.header("range"):
            return await self._ranged(behaviour, request, response), verdict
        lifetime = freshness.lifetime(
            response, behaviour.cache, self._distribution.error_ttl(response.status)
        )
        if request.method == "GET" and lifetime > 0:
            self._cache.put(key, response, lifetime)
        return conditions.apply(request, response), verdict

    async def _ranged(self, behaviour: Behaviour, request: Request, whole: Response) -> Response:
        """Too large to hold: the origin cuts the range out."""
        await whole.close()
        whole_request = forwarded(behaviour, request)
        ranged = (*whole_request.headers, ("range", request.header("range")))
        return await self._fetch(behaviour, replace(whole_request, headers=ranged))

    async def _fetch(self, behaviour: Behaviour, request: Request) -> Response:
        first, *others = behaviour.target.origins
        response = await self._origins.fetch(first, request)
        can_fail_over = others and request.method in {*CACHED_METHODS, "OPTIONS"}
        if can_fail_over and response.status in behaviour.target.failover:
            return await self._origins.fetch(others[0], request)
        return response


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


def _signed(response: Response, verdict: str) -> Response:
    return response.with_headers(
        ("via", "1.1 spool-edge (CloudFront)"),
        ("x-cache", f"{verdict} from cloudfront"),
        ("x-amz-cf-pop", "LOCAL"),
    )
