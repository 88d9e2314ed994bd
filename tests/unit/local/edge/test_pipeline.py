from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from local.edge.distribution import Origin, Target
from local.edge.messages import Request, Response
from local.edge.origins import OriginFailed
from tests.unit.local.edge.stand_in import (
    StandInEdge,
    StandInOrigins,
    cache_policy,
    ok,
    only,
    origin,
    status,
)

ALL_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})


def run(edge: StandInEdge, *asked: dict[str, Any]) -> list[Response]:
    async def ask() -> list[Response]:
        try:
            return [await edge.ask(**question) for question in asked]
        finally:
            await edge.sandbox.close()

    return asyncio.run(ask())


def verdicts(responses: list[Response]) -> list[str]:
    return [response.header("x-cache").removesuffix(" from cloudfront") for response in responses]


def test_the_second_request_is_a_hit() -> None:
    edge = StandInEdge(ok())
    edge.clock.now += 7
    responses = run(edge, {}, {})

    assert verdicts(responses) == ["Miss", "Hit"]
    assert responses[1].header("age") == "0"
    assert len(edge.origins.requests) == 1


def test_a_stale_object_is_confirmed_by_its_origin() -> None:
    def answer(_: object, request: Request) -> Response:
        if request.header("if-none-match") == '"1"':
            return Response(304, (("cache-control", "max-age=99"),))
        return Response(200, (("etag", '"1"'), ("content-type", "text/plain")), b"hello")

    edge = StandInEdge(answer)

    async def scene() -> list[Response]:
        first = await edge.ask()
        edge.clock.now += 61
        return [first, await edge.ask(), await edge.ask()]

    responses = asyncio.run(scene())
    assert verdicts(responses) == ["Miss", "RefreshHit", "Hit"]
    assert responses[1].body == b"hello"
    assert responses[1].header("cache-control") == "max-age=99"
    assert responses[1].header("content-type") == "text/plain"


def test_concurrent_misses_ask_the_origin_once() -> None:
    edge = StandInEdge(ok())

    async def crowd() -> list[Response]:
        return await asyncio.gather(*(edge.ask() for _ in range(8)))

    assert sorted(verdicts(asyncio.run(crowd()))) == ["Hit"] * 7 + ["Miss"]
    assert len(edge.origins.requests) == 1


def test_without_a_ttl_nothing_is_cached() -> None:
    edge = StandInEdge(ok(cache_control="max-age=60"), cache=cache_policy(ttl=(0, 0, 0)))

    assert verdicts(run(edge, {}, {})) == ["Miss", "Miss"]


def test_head_is_answered_from_what_get_cached() -> None:
    responses = run(StandInEdge(ok()), {}, {"method": "HEAD"})

    assert verdicts(responses) == ["Miss", "Hit"]


def test_head_has_no_ranges() -> None:
    responses = run(StandInEdge(ok()), {"method": "HEAD", "range": "bytes=9-"})

    assert responses[0].status == 200


def test_head_itself_is_not_cached() -> None:
    responses = run(StandInEdge(ok()), {"method": "HEAD"}, {"method": "GET"})

    assert verdicts(responses) == ["Miss", "Miss"]


def test_a_range_is_answered_from_the_whole_that_is_cached() -> None:
    edge = StandInEdge(ok(b"0123456789"))
    first, second = run(edge, {"range": "bytes=0-3"}, {"range": "bytes=4-5"})

    assert (first.status, first.body) == (206, b"0123")
    assert (second.status, second.body, verdicts([second])) == (206, b"45", ["Hit"])
    assert not edge.origins.requests[0][1].header("range")


def test_only_what_the_key_names_tells_objects_apart() -> None:
    key = {
        "QueryStringsConfig": only("QueryString", "w"),
        "HeadersConfig": only("Header", "X-Device"),
        "CookiesConfig": only("Cookie", "theme"),
    }
    edge = StandInEdge(ok(), cache=cache_policy(key=key))
    responses = run(
        edge,
        {"query": (("w", "1"),)},
        {"query": (("w", "1"), ("utm", "x")), "accept": "image/avif", "cookie": "session=1"},
        {"query": (("w", "2"),)},
        {"query": (("w", "1"),), "x_device": "tv"},
        {"query": (("w", "1"),), "cookie": "session=2; theme=dark"},
    )

    assert verdicts(responses) == ["Miss", "Hit", "Miss", "Miss", "Miss"]


def test_accept_encoding_is_reduced_to_what_the_policy_lets_pass() -> None:
    edge = StandInEdge(ok(), cache=cache_policy(encodings=True))
    responses = run(
        edge,
        {"accept_encoding": "gzip, deflate, br;q=0.9"},
        {"accept_encoding": "br, gzip"},
        {"accept_encoding": "gzip"},
    )

    assert verdicts(responses) == ["Miss", "Hit", "Miss"]
    assert edge.origins.requests[0][1].header("accept-encoding") == "br,gzip"


def test_the_origin_gets_only_what_the_policies_name() -> None:
    edge = StandInEdge(
        ok(),
        cache=cache_policy(key={"QueryStringsConfig": only("QueryString", "w")}),
        forward={
            "HeadersConfig": only("Header", "x-correlation-id"),
            "QueryStringsConfig": only("QueryString", "debug"),
        },
    )
    run(
        edge,
        {
            "query": (("w", "1"), ("debug", "1"), ("utm", "x")),
            "x_correlation_id": "c",
            "authorization": "secret",
            "cookie": "a=b",
            "user_agent": "Firefox",
            "accept": "*/*",
        },
    )
    [(_, forwarded)] = edge.origins.requests

    assert forwarded.query == (("w", "1"), ("debug", "1"))
    assert dict(forwarded.headers).keys() == {
        "x-correlation-id",
        "user-agent",
        "via",
        "x-amz-cf-id",
        "x-forwarded-for",
    }
    assert forwarded.header("user-agent") == "Amazon CloudFront"


def test_all_viewer_except_host_forwards_the_viewers_own() -> None:
    edge = StandInEdge(
        ok(),
        methods=ALL_METHODS,
        forward={
            "HeadersConfig": {"HeaderBehavior": "allExcept", "Headers": {"Items": ["Host"]}},
            "CookiesConfig": {"CookieBehavior": "all"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        },
    )
    run(
        edge,
        {
            "method": "POST",
            "query": (("a", "1"),),
            "host": "localhost:8080",
            "content_type": "application/json",
            "user_agent": "Firefox",
            "cookie": "a=b",
        },
    )
    [(_, forwarded)] = edge.origins.requests

    assert forwarded.query == (("a", "1"),)
    assert forwarded.header("user-agent") == "Firefox"
    assert forwarded.header("cookie") == "a=b"
    assert forwarded.header("content-type") == "application/json"
    assert not forwarded.header("host")


def test_a_method_that_the_behaviour_does_not_allow_is_refused() -> None:
    edge = StandInEdge(ok())
    [response] = run(edge, {"method": "POST"})

    assert response.status == 403
    assert not edge.origins.requests


def test_errors_are_cached_for_as_long_as_the_distribution_says() -> None:
    edge = StandInEdge(status(404), error_ttls={404: 3})

    async def scene() -> int:
        responses = [await edge.ask(), await edge.ask()]
        edge.clock.now += 4
        responses.append(await edge.ask())
        assert verdicts(responses) == ["Error"] * 3
        return len(edge.origins.requests)

    assert asyncio.run(scene()) == 2


def test_an_origin_group_falls_back() -> None:
    def answer(asked: Any, _: Request) -> Response:
        return Response(404) if asked.id == "variants" else Response(200, body=b"made")

    target = Target((origin("variants"), origin("function")), frozenset({404}))
    edge = StandInEdge(answer, target=target)
    [response] = run(edge, {})

    assert response.body == b"made"
    assert [name for name, _ in edge.origins.requests] == ["variants", "function"]


@pytest.mark.parametrize(
    ("failure", "statuses", "body"),
    [
        (OriginFailed("no connection", 502, 503), {503}, b"made"),
        (OriginFailed("no connection", 502, 503), {502}, b"made"),
        (OriginFailed("too slow", 504), {504}, b"made"),
        (OriginFailed("too slow", 504), {503}, b"Bad gateway: too slow\n"),
    ],
)
def test_an_origin_group_falls_back_when_its_first_origin_fails(
    failure: OriginFailed, statuses: set[int], body: bytes
) -> None:
    def answer(asked: Any, _: Request) -> Response:
        if asked.id == "variants":
            raise failure
        return Response(200, body=b"made")

    target = Target((origin("variants"), origin("function")), frozenset(statuses))
    [response] = run(StandInEdge(answer, target=target), {})

    assert response.body == body
    assert body == b"made" or response.status == failure.status


def test_a_post_does_not_go_to_the_second_origin() -> None:
    target = Target((origin("a"), origin("b")), frozenset({404}))
    edge = StandInEdge(status(404), target=target, methods=ALL_METHODS)
    run(edge, {"method": "POST"}, {"method": "OPTIONS"})

    assert [name for name, _ in edge.origins.requests] == ["a", "a", "b"]


def test_a_failure_is_kept_for_as_long_as_the_distribution_says() -> None:
    def answer(*_: object) -> Response:
        raise OriginFailed("too slow", 504)

    edge = StandInEdge(answer, error_ttls={504: 5})
    assert [response.status for response in run(edge, {}, {})] == [504, 504]
    assert len(edge.origins.requests) == 1


def test_what_can_not_be_cached_keeps_nobody_waiting() -> None:
    """The first of a crowd goes alone; when its answer is for itself only, the rest go at once."""
    inside, most = 0, 0

    class SlowOrigins(StandInOrigins):
        async def fetch(self, origin: Origin, request: Request) -> Response:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1
            return await super().fetch(origin, request)

    edge = StandInEdge(ok(cache_control="no-store"))
    slow = SlowOrigins(edge.origins.answer)
    pipeline = replace(edge.pipeline, store=replace(edge.pipeline.store, origins=slow))

    async def crowd() -> list[Response]:
        answers = await asyncio.gather(*(pipeline.answer(Request("GET", "/a")) for _ in range(5)))
        return [answer.whole("r1") for answer in answers]

    assert verdicts(asyncio.run(crowd())) == ["Miss"] * 5
    assert most == 4


def test_server_timing_says_hit_or_miss() -> None:
    policy = {"ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 100.0}}
    edge = StandInEdge(ok(server_timing="encode;dur=5"), headers=policy)
    miss, hit = (answer.header("server-timing") for answer in run(edge, {}, {}))

    assert miss.startswith('encode;dur=5, cdn-upstream-layer;desc="EDGE",')
    assert 'cdn-cache-miss,cdn-pop;desc="LOCAL",cdn-rid;desc="r1",cdn-downstream-fbl;dur=' in miss
    own = 'cdn-cache-hit,cdn-pop;desc="LOCAL",cdn-rid;desc="r1",cdn-hit-layer;desc="EDGE"'
    assert hit == f"encode;dur=5, {own}"


@pytest.mark.parametrize(
    "timing", [{"Enabled": False, "SamplingRate": 100}, {"Enabled": True, "SamplingRate": 0}, {}]
)
def test_server_timing_is_said_only_when_asked(timing: dict[str, Any]) -> None:
    [response] = run(StandInEdge(ok(), headers={"ServerTimingHeadersConfig": timing}), {})

    assert not response.header("server-timing")


def test_an_origin_that_fails_is_a_bad_gateway() -> None:
    def answer(*_: object) -> Response:
        raise OriginFailed("no connection")

    [response] = run(StandInEdge(answer), {})

    assert response.status == 502
    assert response.header("cache-control") == "no-store"
    assert verdicts([response]) == ["Error"]


def test_the_root_object_answers_for_the_root() -> None:
    edge = StandInEdge(ok(), root_object="index.html")
    run(edge, {"path": "/"})

    assert edge.origins.requests[0][1].path == "/index.html"


REWRITE = b"""
function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace('/api', '');
  var avif = request.headers.accept.value.indexOf('avif') >= 0;
  request.querystring.f = {value: avif ? 'avif' : 'webp'};
  return request;
}"""


def test_a_function_rewrites_the_request_before_the_cache_sees_it() -> None:
    key = {"QueryStringsConfig": only("QueryString", "f", "w")}
    edge = StandInEdge(ok(), cache=cache_policy(key=key), on_request=REWRITE)
    path = "/api/a%20b%2B(%C3%A5).jpg"
    responses = run(
        edge,
        {"path": path, "query": (("w", "1"),), "accept": "image/avif"},
        {"path": path, "query": (("w", "1"),), "accept": "image/avif,*/*"},
        {"path": path, "query": (("w", "1"),), "accept": "*/*"},
    )

    assert verdicts(responses) == ["Miss", "Hit", "Miss"]
    asked = edge.origins.requests[0][1]
    assert asked.path == "/a%20b%2B(%C3%A5).jpg"
    assert asked.query == (("w", "1"), ("f", "avif"))


def test_a_function_answers_itself() -> None:
    code = b"""function handler(event) { return {statusCode: 400, headers: {'x-why': {value: 'w'}},
        body: 'no'}; }"""
    edge = StandInEdge(ok(), on_request=code)
    [response] = run(edge, {})

    assert (response.status, response.body, response.header("x-why")) == (400, b"no", "w")
    assert verdicts([response]) == ["FunctionGeneratedResponse"]
    assert not edge.origins.requests


def test_a_function_changes_the_response() -> None:
    code = b"""function handler(event) { var r = event.response;
        r.headers['x-path'] = {value: event.request.uri}; return r; }"""
    responses = run(StandInEdge(ok(), on_response=code), {}, {})

    assert [response.header("x-path") for response in responses] == ["/a", "/a"]
    assert [response.body for response in responses] == [b"hello", b"hello"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"function handler(event) { throw new Error('oh'); }", 503),
        (b"function handler(event) { return null; }", 502),
        (b"function handler(event) { event.request.uri = 'a'; return event.request; }", 502),
        (b"function handler(event) { return {statusCode: 9}; }", 502),
        (b"function handler(event) { return {statusCode: 200, headers: {a: 'b'}}; }", 502),
        (b"function other(event) { }", 503),
        (b"function handler(event) { require('fs'); }", 503),
    ],
)
def test_a_broken_function_is_an_error_and_not_a_response(code: bytes, expected: int) -> None:
    edge = StandInEdge(ok(), on_request=code)
    [response] = run(edge, {})

    assert response.status == expected
    assert not edge.origins.requests
