"""The edge over HTTP, as a browser and curl see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from httpx import ASGITransport, AsyncByteStream

from local.edge.app import application
from local.edge.messages import Response
from local.edge.server import config
from tests.unit.local.edge.stand_in import StandInEdge, cache_policy, ok

Scene = Callable[[httpx.AsyncClient], Awaitable[None]]


def visit(edge: StandInEdge, scene: Scene, *, address: str = "10.1.2.3") -> None:
    async def whole() -> None:
        transport = ASGITransport(application(edge.pipeline), client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://edge") as client:
            await scene(client)
        await edge.sandbox.close()

    asyncio.run(whole())


def test_head_says_the_length_of_the_whole() -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        await client.get("/a")
        answer = await client.head("/a")
        assert (answer.content, answer.headers["content-length"]) == (b"", "5")
        assert answer.headers["x-cache"] == "Hit from cloudfront"

    visit(StandInEdge(ok(content_length="5")), scene)


def test_a_body_reaches_the_origin_whole() -> None:
    edge = StandInEdge(ok(), methods=frozenset({"GET", "POST"}))

    async def parts() -> AsyncIterator[bytes]:
        for part in (b"one", b"two", b"three"):
            yield part

    async def scene(client: httpx.AsyncClient) -> None:
        await client.post("/a", content=b"x" * 100_000)
        await client.post("/a", content=parts(), headers={"transfer-encoding": "chunked"})

    visit(edge, scene)
    assert [len(request.body) for _, request in edge.origins.requests] == [100_000, 11]


def test_path_and_query_arrive_as_sent() -> None:
    query = {"QueryStringsConfig": {"QueryStringBehavior": "all"}}
    edge = StandInEdge(ok(), cache=cache_policy(key=query))

    async def scene(client: httpx.AsyncClient) -> None:
        await client.get("/a%20b%2Fc/%c3%A5?x=%20+&y&x=2")

    visit(edge, scene)
    [(_, request)] = edge.origins.requests
    assert request.path == "/a%20b%2Fc/%c3%A5"
    assert request.query == (("x", "%20+"), ("y", ""), ("x", "2"))


def test_the_viewers_address_is_the_connections() -> None:
    """Signatures may depend on it: a header must not."""
    code = b"function handler(e) { return {statusCode: 200, body: e.viewer.ip}; }"

    async def scene(client: httpx.AsyncClient) -> None:
        answer = await client.get("/a", headers={"x-forwarded-for": "1.1.1.1"})
        assert answer.text == "10.1.2.3"

    visit(StandInEdge(ok(), on_request=code), scene)
    assert not config(application(StandInEdge(ok()).pipeline)).proxy_headers


def test_a_request_has_an_id_of_its_own() -> None:
    edge = StandInEdge(ok(), cache=cache_policy(ttl=(0, 0, 0)))
    seen = []

    async def scene(client: httpx.AsyncClient) -> None:
        seen.extend([(await client.get("/a")).headers["x-amz-cf-id"] for _ in range(2)])

    visit(edge, scene)
    assert [request.header("x-amz-cf-id") for _, request in edge.origins.requests] == seen
    assert len(set(seen)) == 2


class Endless(AsyncByteStream):
    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1000

    async def aclose(self) -> None:
        self.closed = True


def test_a_stream_is_passed_on_and_closed() -> None:
    stream = Endless()
    edge = StandInEdge(lambda *_: Response(200, (("content-length", "3000"),), stream))

    async def scene(client: httpx.AsyncClient) -> None:
        answer = await client.get("/a")
        assert (len(answer.content), answer.headers["content-length"]) == (3000, "3000")

    visit(edge, scene)
    assert stream.closed


@pytest.mark.parametrize("status", [204, 304])
def test_what_has_no_body_has_no_length(status: int) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        assert "content-length" not in (await client.get("/a")).headers

    visit(StandInEdge(lambda *_: Response(status, (("content-length", "5"),))), scene)
