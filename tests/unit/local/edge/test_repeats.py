"""The same request again: what is kept of its answer must not outlive what it was made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
from httpx import ASGITransport

from local.edge.app import application
from local.edge.invalidations import Invalidation
from tests.unit.local.edge.signers import HOST, NOW, Signer
from tests.unit.local.edge.stand_in import StandInEdge, ok

Step = Callable[[], object] | dict[str, Any]


def visit(edge: StandInEdge, *steps: Step) -> list[httpx.Response]:
    """The answers to the steps that are requests; the others are done between them."""

    async def whole() -> list[httpx.Response]:
        answers = []
        transport = ASGITransport(application(edge.pipeline))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            for step in steps:
                if callable(step):
                    step()
                else:
                    answers.append(await client.request(**{"method": "GET", "url": "/a", **step}))
        await edge.sandbox.close()
        return answers

    return asyncio.run(whole())


def verdicts(answers: list[httpx.Response]) -> list[str]:
    return [answer.headers["x-cache"].split()[0] for answer in answers]


def test_it_has_the_same_headers_but_for_those_of_one_time() -> None:
    policy = {
        "ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 100},
        "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}},
    }
    edge = StandInEdge(ok(content_type="text/plain"), headers=policy)

    def later() -> None:
        edge.clock.now += 7

    _, first, second, third = visit(edge, {}, {}, {}, later, {})
    assert first.headers["age"] == "0"
    assert first.headers.keys() == second.headers.keys()
    assert [a.content for a in (first, second, third)] == [b"hello"] * 3
    for name in first.headers.keys() - {"age", "x-amz-cf-id", "date", "server-timing"}:
        assert second.headers[name] == first.headers[name]
    assert first.headers["x-amz-cf-id"] != second.headers["x-amz-cf-id"]
    assert third.headers["age"] == "7"
    assert second.headers["x-amz-cf-id"] in second.headers["server-timing"]


def test_it_ends_with_the_object() -> None:
    bodies = iter([b"one", b"two", b"three"])
    edge = StandInEdge(lambda *_: ok(next(bodies))(None, None))  # type: ignore[arg-type]

    def purge() -> None:
        edge.cache.invalidate(Invalidation.of(["/a"]))

    def expire() -> None:
        edge.clock.now += 61

    answers = visit(edge, {}, {}, {}, purge, {}, {}, expire, {}, {})
    assert verdicts(answers) == ["Miss", "Hit", "Hit", "Miss", "Hit", "Miss", "Hit"]
    assert [answer.text for answer in answers] == [*["one"] * 3, *["two"] * 2, *["three"] * 2]


def test_another_request_is_another_answer() -> None:
    code = b"""function handler(e) { var r = e.response;
        r.headers.accept = {value: e.request.headers.accept.value}; return r; }"""
    edge = StandInEdge(ok(b"0123456789", etag='"1"'), on_response=code)
    one, other = {"headers": {"accept": "image/avif"}}, {"headers": {"accept": "image/webp"}}
    answers = visit(edge, one, one, one, other, other, one)

    assert [a.headers["accept"][-4:] for a in answers] == ["avif"] * 3 + ["webp"] * 2 + ["avif"]
    ranged = {"headers": {"accept": "*/*", "range": "bytes=1-2"}}
    known = {"headers": {"accept": "*/*", "if-none-match": '"1"'}}
    head = {"method": "HEAD", "headers": {"accept": "*/*"}}
    for step, status, body in ((ranged, 206, b"12"), (known, 304, b""), (head, 200, b"")):
        assert [(a.status_code, a.content) for a in visit(edge, step, step, step)] == [
            (status, body)
        ] * 3


def test_a_signature_is_checked_each_time() -> None:
    signer = Signer()
    edge = StandInEdge(ok(), keys={signer.key_id: signer.public})
    edge.clock.now = NOW

    def expire() -> None:
        edge.clock.now = NOW + 10

    signed = {"url": signer.url(f"http://{HOST}/a", before=NOW + 10)}
    answers = visit(edge, signed, signed, signed, expire, signed)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403]


def test_a_function_that_reads_the_clock_is_asked_each_time() -> None:
    code = b"""function handler(e) { var r = e.request; Date.now();
        return e.viewer.ip === '' ? r : {statusCode: 200, body: String(Math.random())}; }"""
    answers = visit(StandInEdge(ok(), on_request=code), *[{}] * 3)

    assert len({answer.text for answer in answers}) == 3
