"""A distribution of one behaviour, and an origin that answers as told and remembers what came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from local.edge.cache import Cache
from local.edge.distribution import Behaviour, Distribution, Origin, Target
from local.edge.functions import FunctionRuntime
from local.edge.messages import Request, Response, format_query
from local.edge.origins import Origins
from local.edge.pipeline import Pipeline
from local.edge.policies import CachePolicy, HeadersPolicy, RequestPolicy
from local.edge.sandbox import EdgeFunction, Sandbox
from local.edge.store import Store
from local.edge.trusted_keys import TrustedKeys

STORE = "arn:aws:cloudfront::000000000000:key-value-store/store"

Answer = Callable[[Origin, Request], Response]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class StandInOrigins(Origins):
    def __init__(self, answer: Answer) -> None:
        self.answer, self.requests = answer, list[tuple[str, Request]]()

    async def fetch(self, origin: Origin, request: Request) -> Response:
        self.requests.append((origin.id, request))
        await asyncio.sleep(0)
        return self.answer(origin, request)


def ok(body: bytes = b"hello", **headers: str) -> Answer:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda _origin, _request: Response(200, pairs, body)


def status(code: int, **headers: str) -> Answer:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda _origin, _request: Response(code, pairs, b"no")


def cache_policy(
    *,
    ttl: tuple[int, int, int] = (0, 60, 3600),
    encodings: bool = False,
    key: Mapping[str, Any] | None = None,
) -> CachePolicy:
    """`ttl` is least, default, most; `key` the parts of CloudFront's own configuration."""
    return CachePolicy.parse(
        {
            "MinTTL": ttl[0],
            "DefaultTTL": ttl[1],
            "MaxTTL": ttl[2],
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "EnableAcceptEncodingGzip": encodings,
                "EnableAcceptEncodingBrotli": encodings,
                **(key or {}),
            },
        }
    )


def only(kind: str, *names: str) -> dict[str, Any]:
    """A policy's `…Config` that takes `names`."""
    return {f"{kind}Behavior": "whitelist", f"{kind}s": {"Items": list(names)}}


def origin(name: str = "origin") -> Origin:
    return Origin(name, f"{name}.s3.us-east-1.amazonaws.com", "", (), signed=True)


class StandInEdge:
    """A pipeline over one behaviour; `ask` sends it a request."""

    def __init__(
        self,
        answer: Answer,
        *,
        cache: CachePolicy | None = None,
        forward: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        methods: frozenset[str] = frozenset({"GET", "HEAD"}),
        target: Target | None = None,
        on_request: bytes | None = None,
        on_response: bytes | None = None,
        error_ttls: Mapping[int, int] | None = None,
        root_object: str = "",
        tag_header: str = "",
        keys: TrustedKeys | None = None,
    ) -> None:
        behaviour = Behaviour(
            pattern="*",
            target=target or Target((origin(),)),
            methods=methods,
            cache=cache or cache_policy(),
            forward=RequestPolicy.parse(forward or {}),
            headers=HeadersPolicy.parse(headers or {}),
            on_request=EdgeFunction(on_request, STORE) if on_request else None,
            on_response=EdgeFunction(on_response) if on_response else None,
            keys=keys or {},
        )
        distribution = Distribution(
            id="E1",
            domain="d1.cloudfront.net",
            root_object=root_object,
            behaviours=(behaviour,),
            error_ttls=error_ttls or {},
            tag_header=tag_header,
        )
        self.clock, self.origins, self.sandbox = Clock(), StandInOrigins(answer), Sandbox()
        self.cache = Cache(clock=self.clock)
        self.pipeline = Pipeline(
            distribution,
            FunctionRuntime(distribution, self.sandbox),
            Store(distribution, self.origins, self.cache),
            now=self.clock,
        )

    async def ask(
        self,
        path: str = "/a",
        *,
        method: str = "GET",
        query: tuple[tuple[str, str], ...] = (),
        client: str = "127.0.0.1",
        raw_query: str | None = None,
        **headers: str,
    ) -> Response:
        pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        raw = format_query(query) if raw_query is None else raw_query
        request = Request(method, path, query, pairs, client=client, raw_query=raw, id="r1")
        return (await self.pipeline.answer(request)).whole(request.id)
