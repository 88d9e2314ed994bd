"""The edge as an ASGI application. Written on the bare protocol: a hit must not cost more than the
frameworks' objects around it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from functools import lru_cache

from httpx import AsyncByteStream
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.edge.messages import Request, Response, parse_query
from local.edge.pipeline import Pipeline

_OWN = frozenset({"content-length", "server"})
_BODY_HEADERS = frozenset({"content-length", "transfer-encoding"})


def application(pipeline: Pipeline) -> ASGIApp:
    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        request = await _incoming(scope, receive)
        response = await pipeline.answer(request)
        raw, status = _raw_headers(request, response), response.status
        if isinstance(response.body, bytes):
            await send({"type": "http.response.start", "status": status, "headers": raw})
            body = b"" if request.method == "HEAD" else response.body
            await send({"type": "http.response.body", "body": body})
        else:
            streaming = StreamingResponse(_chunks(response.body), status)
            streaming.raw_headers = raw
            await streaming(scope, receive, send)

    return edge


async def _incoming(scope: Scope, receive: Receive) -> Request:
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
        os.urandom(16).hex(),
    )


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _raw_headers(request: Request, response: Response) -> list[tuple[bytes, bytes]]:
    raw = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name not in _OWN
    ]
    if response.status not in {204, 304} and (length := _length(request, response)):
        raw.append((b"content-length", length.encode()))
    raw.append((b"server", b"CloudFront"))
    if not response.header("date"):
        raw.append((b"date", _date(int(time.time()))))
    return raw


@lru_cache(1)
def _date(now: int) -> bytes:
    return formatdate(now, usegmt=True).encode()


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
