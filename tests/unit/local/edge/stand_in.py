"""A distribution of one behaviour, and an origin that answers as told and remembers what came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from local.edge.cache import Cache
from local.edge.distribution import Behaviour, Distribution, Origin, Target
from local.edge.functions import FunctionRuntime
from local.edge.messages import Request, Response
from local.edge.origins import Origins
from local.edge.pipeline import Pipeline
from local.edge.policies import CachePolicy, HeadersPolicy, RequestPolicy
from local.edge.sandbox import Sandbox

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
    ) -> None:
        behaviour = Behaviour(
            pattern="*",
            target=target or Target((origin(),)),
            methods=methods,
            cache=cache or cache_policy(),
            forward=RequestPolicy.parse(forward or {}),
            headers=HeadersPolicy.parse(headers or {}),
            on_request=on_request,
            on_response=on_response,
        )
        distribution = Distribution(
            "E1", "d1.cloudfront.net", root_object, (behaviour,), error_ttls or {}
        )
        self.clock, self.origins, self.sandbox = Clock(), StandInOrigins(answer), Sandbox()
        self.pipeline = Pipeline(
            distribution,
            self.origins,
            FunctionRuntime(distribution, self.sandbox),
            Cache(clock=self.clock),
        )

    async def ask(
        self,
        path: str = "/a",
        *,
        method: str = "GET",
        query: tuple[tuple[str, str], ...] = (),
        **headers: str,
    ) -> Response:
        pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return await self.pipeline.answer(Request(method, path, query, pairs))
