"""The edge as an ASGI application. Written on the bare protocol: a hit must not cost more than the
frameworks' objects around it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable

from httpx import AsyncByteStream
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.edge.messages import Request, Response, parse_query
from local.edge.pipeline import Pipeline
from local.edge.repeats import RawHeaders, Repeats, identity

_OWN = frozenset({"content-length", "server"})
_BODY_HEADERS = frozenset({"content-length", "transfer-encoding"})


def application(pipeline: Pipeline) -> ASGIApp:
    repeats = Repeats(pipeline.store.cache)

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        asked, request_id = identity(scope), os.urandom(16).hex()
        if known := repeats.get(asked):
            repeat, body, age = known
            raw = repeat.headers + _encoded(repeat.answer.once(request_id, age))
            await _send(send, repeat.answer.response.status, raw, body)
            return
        request = await _incoming(scope, receive, request_id)
        answer = await pipeline.answer(request)
        raw = _raw_headers(request, answer.response)
        repeats.put(asked, answer, raw)
        raw += _encoded(answer.once(request_id, answer.hit.age if answer.hit else 0))
        status, content = answer.response.status, answer.response.body
        if isinstance(content, bytes):
            await _send(send, status, raw, b"" if request.method == "HEAD" else content)
        else:
            streaming = StreamingResponse(_chunks(content), status)
            streaming.raw_headers = raw
            await streaming(scope, receive, send)

    return edge


async def _send(send: Send, status: int, raw: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _incoming(scope: Scope, receive: Receive, request_id: str) -> Request:
    headers = tuple([(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]])
    query = scope["query_string"].decode("latin-1")
    return Request(
        scope["method"],
        scope["raw_path"].decode("ascii"),
        parse_query(query) if query else (),
        headers,
        await _body(receive) if any(name in _BODY_HEADERS for name, _ in headers) else b"",
        scope["client"][0] if scope["client"] else "127.0.0.1",
        query,
        request_id,
    )


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _raw_headers(request: Request, response: Response) -> RawHeaders:
    raw = _encoded([pair for pair in response.headers if pair[0] not in _OWN])
    if response.status not in {204, 304} and (length := _length(request, response)):
        raw.append((b"content-length", length.encode()))
    raw.append((b"server", b"CloudFront"))
    return raw


def _encoded(headers: Iterable[tuple[str, str]]) -> RawHeaders:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _length(request: Request, response: Response) -> str:
    if request.method == "HEAD" or not isinstance(response.body, bytes):
        return response.header("content-length")
    return str(len(response.body))


async def _chunks(stream: AsyncByteStream) -> AsyncIterator[bytes]:
    try:
        async for chunk in stream:
            yield chunk
    finally:
        await stream.aclose()
