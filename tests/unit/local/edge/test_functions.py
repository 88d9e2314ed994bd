"""CloudFront Functions in Node: stores, calls in flight together, runaways, what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from local.edge import sandbox as sandbox_module
from local.edge.kvs import KeyValueStores
from local.edge.messages import Response
from local.edge.purity import is_pure
from local.edge.sandbox import EdgeFunction, FunctionFailed, Sandbox
from tests.unit.local.edge.stand_in import STORE, StandInEdge, ok

READER = b"""
import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) {
  const text = await store.get('greeting');
  const json = await store.get('numbers', {format: 'json'});
  const found = (await store.exists('greeting')) + '-' + (await store.exists('other'));
  return {statusCode: 200, body: [text, json[1], found, await store.count()].join(' ')};
}"""


def run(scene: Callable[[Sandbox], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        sandbox = Sandbox()
        try:
            return await scene(sandbox)
        finally:
            await sandbox.close()

    return asyncio.run(whole())


def evaluated(code: bytes, store: str | None = None, **event: Any) -> Any:
    return run(lambda sandbox: sandbox.evaluate(EdgeFunction(code, store), event))


def test_a_function_reads_its_store_as_it_is_now() -> None:
    async def scene(sandbox: Sandbox) -> list[str]:
        function, bodies = EdgeFunction(READER, STORE), []
        sandbox.put_store(STORE, {"greeting": "hello", "numbers": "[1, 2]"})
        bodies.append((await sandbox.evaluate(function, {}))["body"])
        sandbox.put_store(STORE, {"greeting": "grüße", "numbers": "[1, 3]", "more": ""})
        bodies.append((await sandbox.evaluate(function, {}))["body"])
        return bodies

    assert run(scene) == ["hello 2 true-false 2", "grüße 3 true-false 3"]


def test_a_missing_key_is_an_error_that_a_function_may_catch() -> None:
    caught = READER.replace(
        b"await store.get('greeting')", b"await store.get('x').catch(() => 'n')"
    )

    async def scene(sandbox: Sandbox) -> Any:
        sandbox.put_store(STORE, {"numbers": "[1, 2]"})
        with pytest.raises(FunctionFailed, match="greeting"):
            await sandbox.evaluate(EdgeFunction(READER, STORE), {})
        return (await sandbox.evaluate(EdgeFunction(caught, STORE), {}))["body"]

    assert run(scene) == "n 2 false-false 1"


def test_a_function_without_a_store_has_none() -> None:
    with pytest.raises(FunctionFailed, match="no KeyValueStore is associated"):
        evaluated(READER)


@pytest.mark.parametrize(
    "code",
    [
        b"import crypto from 'crypto';",
        b"import * as crypto from 'crypto'",
        b"import { createHash as hash } from 'crypto'; const crypto = {createHash: hash};",
        b"const crypto = require('crypto');",
    ],
)
def test_the_modules_of_the_runtime_are_there(code: bytes) -> None:
    body = (
        b"\nfunction handler(e) { return crypto.createHash('sha256').update('a').digest('hex'); }"
    )
    assert evaluated(code + body).startswith("ca978112")


@pytest.mark.parametrize(
    "code",
    [
        b"import fs from 'fs'; function handler(e) {}",
        b"function handler(e) { return require('child_process'); }",
        b"function handler(e) { return process.env; }",
        b"function handler(e) { return fetch('http://x'); }",
        b"function handler(e) { setTimeout(handler, 1); }",
        b"function handler(e) { return eval('1'); }",
        b"function handler(e) { return new Function('return 1')(); }",
        b"import cf from 'cloudfront'; function handler(e) { return cf.edgeLocation(); }",
        b"function handler(e) { const a = {}; a.a = a; return a; }",
        b"function handler(e) { throw null; }",
        b"async function handler(e) { throw new Error('x'); }",
        b"not javascript",
    ],
)
def test_what_cloudfront_does_not_run_fails(code: bytes) -> None:
    with pytest.raises(FunctionFailed):
        evaluated(code, STORE)


def test_a_global_of_one_function_is_none_of_another() -> None:
    async def scene(sandbox: Sandbox) -> Any:
        await sandbox.evaluate(EdgeFunction(b"function handler(e) { left = 1; return 1; }"), {})
        return await sandbox.evaluate(
            EdgeFunction(b"function handler(e) { return typeof left; }"), {}
        )

    assert run(scene) == "undefined"


def test_answers_find_their_questions() -> None:
    slow = b"""async function handler(e) {
        for (let i = 0; i < e.turns; i++) await null;
        return e.number; }"""

    async def scene(sandbox: Sandbox) -> Any:
        calls = [
            sandbox.evaluate(EdgeFunction(slow), {"number": n, "turns": (50 - n) * 10})
            for n in range(50)
        ]
        return await asyncio.gather(*calls)

    assert run(scene) == list(range(50))


def test_a_runaway_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "SECONDS", 2.0)
    forever = EdgeFunction(b"function handler(e) { for (;;) {} }")
    brief = EdgeFunction(READER, STORE)

    async def scene(sandbox: Sandbox) -> Any:
        sandbox.put_store(STORE, {"greeting": "hello", "numbers": "[1, 2]"})
        calls = (sandbox.evaluate(forever, {}), sandbox.evaluate(brief, {}))
        return await asyncio.gather(*calls, return_exceptions=True)

    runaway, answer = run(scene)
    assert isinstance(runaway, FunctionFailed)
    assert "ran longer" in str(runaway)
    assert answer["body"] == "hello 2 true-false 2"


def test_a_function_that_ends_node_fails_and_the_next_call_works() -> None:
    glutton = b"function handler(e) { const a = []; for (;;) a.push(new Array(1e6).fill('x')); }"

    async def scene(sandbox: Sandbox) -> Any:
        with pytest.raises(FunctionFailed, match=r"Node ended|ran longer"):
            await sandbox.evaluate(EdgeFunction(glutton), {})
        return await sandbox.evaluate(EdgeFunction(b"function handler(e) { return 1; }"), {})

    assert run(scene) == 1


@pytest.mark.parametrize(
    ("code", "pure"),
    [
        ("function handler(e) { return e.request; }", True),
        ("async function handler(e) { return e.request; }", True),
        ("// no Date, no crypto\nconst A = [1];\nfunction handler(e) { return A; }", True),
        ("function handler(e) { let a = 1; return a; }", True),
        ("let n = 0;\nfunction handler(e) { n += 1; return n; }", False),
        ("var n = 0;\nfunction handler(e) { n += 1; return n; }", False),
        ("function handler(e) { return Date.now(); }", False),
        ("function handler(e) { return Math.random(); }", False),
        ("function handler(e) { return Math['random'](); }", False),
        ("function handler(e) { console.log(e); return e.request; }", False),
        ("function handler(e) { return e.context; }", False),
        ("function handler(e) { this.n = 1; }", False),
        (READER.decode(), False),
    ],
)
def test_only_what_depends_on_the_event_alone_is_remembered(code: str, pure: bool) -> None:
    assert is_pure(code.encode()) is pure


COUNTER = "const KEPT = {n: 0};\nfunction handler(e) { KEPT.n++; var r = e.%s; %s return r; }"


def answers(*questions: dict[str, Any], **functions: bytes) -> list[Response]:
    async def scene() -> list[Response]:
        edge = StandInEdge(ok(), **functions)  # type: ignore[arg-type]
        try:
            return [await edge.ask(**question) for question in questions]
        finally:
            await edge.sandbox.close()

    return asyncio.run(scene())


def test_the_same_request_is_not_asked_about_twice() -> None:
    code = COUNTER % ("response", "r.headers.n = {value: String(KEPT.n)};")
    same, other = {"accept": "*/*"}, {"accept": "image/avif"}
    seen = answers(same, same, same, other, same, on_response=code.encode())

    assert [answer.header("n") for answer in seen] == ["1", "1", "1", "2", "1"]


def test_what_is_remembered_depends_on_all_that_a_function_sees() -> None:
    code = b"""function handler(e) { var r = e.request; return {statusCode: 200, body: [
        r.method, r.uri, JSON.stringify(r.querystring), JSON.stringify(r.headers),
        JSON.stringify(r.cookies), e.viewer.ip].join(' ')}; }"""
    questions: list[dict[str, Any]] = [
        {},
        {"method": "HEAD"},
        {"path": "/b"},
        {"query": (("w", "1"),)},
        {"accept": "*/*"},
        {"cookie": "a=b"},
        {"client": "10.0.0.1"},
    ]
    bodies = [answer.body for answer in answers(*questions, *questions, on_request=code)]

    assert len(set(bodies)) == len(questions)
    assert bodies[: len(questions)] == bodies[len(questions) :]


def test_a_viewer_response_function_sees_the_rewritten_request() -> None:
    rewrite = b"function handler(e) { e.request.uri = '/canonical'; return e.request; }"
    code = b"""function handler(e) { e.response.headers.uri = {value: e.request.uri};
        return e.response; }"""
    [answer] = answers({}, on_request=rewrite, on_response=code)

    assert answer.header("uri") == "/canonical"


@pytest.mark.parametrize("statuses", [(404, ""), (200, "1")])
def test_a_viewer_response_function_is_not_asked_about_errors(statuses: tuple[int, str]) -> None:
    code = b"function handler(e) { e.response.headers.seen = {value: '1'}; return e.response; }"

    async def scene() -> Response:
        edge = StandInEdge(lambda *_: Response(statuses[0]), on_response=code)
        answer = await edge.ask()
        await edge.sandbox.close()
        return answer

    assert asyncio.run(scene()).header("seen") == statuses[1]


def test_nor_about_what_another_function_answered() -> None:
    answer_itself = b"function handler(e) { return {statusCode: 200, body: 'b'}; }"
    code = b"function handler(e) { e.response.headers.seen = {value: '1'}; return e.response; }"
    [answer] = answers({}, on_request=answer_itself, on_response=code)

    assert (answer.body, answer.header("seen")) == (b"b", "")


class StandInStore:
    """The data plane of one store; `listed` counts how often it was read whole."""

    def __init__(self) -> None:
        self.items, self.etag, self.listed = {"a": "1"}, "v1", 0

    def describe_key_value_store(self, *, KvsARN: str) -> dict[str, str]:  # noqa: N803  # boto3's
        assert KvsARN == STORE
        return {"ETag": self.etag}

    def get_paginator(self, name: str) -> StandInStore:
        assert name == "list_keys"
        return self

    def paginate(self, *, KvsARN: str) -> list[dict[str, Any]]:  # noqa: N803  # boto3's
        assert KvsARN == STORE
        self.listed += 1
        return [{"Items": [{"Key": k, "Value": v}]} for k, v in self.items.items()]


def test_a_store_is_read_whole_when_it_changed_and_only_then() -> None:
    store = StandInStore()
    stores = KeyValueStores(lambda _: store, {STORE})

    assert stores.news() == {STORE: {"a": "1"}}
    assert stores.news() == {}
    store.items, store.etag = {"a": "2", "b": "3"}, "v2"
    assert stores.news() == {STORE: {"a": "2", "b": "3"}}
    assert store.listed == 2
