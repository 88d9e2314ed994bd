"""The edge as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.utils import formatdate

from httpx import AsyncByteStream
from starlette.requests import Request as ViewerRequest
from starlette.responses import Response as ViewerResponse
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.edge.messages import Request, Response, parse_query
from local.edge.pipeline import Pipeline


def application(pipeline: Pipeline) -> ASGIApp:
    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        viewer = ViewerRequest(scope, receive)
        request = await _incoming(viewer)
        response = await pipeline.answer(request)
        await _outgoing(request, response)(scope, receive, send)

    return edge


async def _incoming(viewer: ViewerRequest) -> Request:
    return Request(
        method=viewer.method,
        path=viewer.scope["raw_path"].decode("ascii"),
        query=parse_query(viewer.scope["query_string"].decode("latin-1")),
        headers=tuple((name.lower(), value) for name, value in viewer.headers.items()),
        body=await viewer.body(),
        client=viewer.client.host if viewer.client else "127.0.0.1",
    )


def _outgoing(request: Request, response: Response) -> ViewerResponse:
    if isinstance(response.body, bytes):
        body = b"" if request.method == "HEAD" else response.body
        outgoing = ViewerResponse(body, response.status)
        length = response.header("content-length") if request.method == "HEAD" else str(len(body))
    else:
        outgoing = StreamingResponse(_chunks(response.body), response.status)
        length = response.header("content-length")
    outgoing.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name not in {"content-length", "server"}
    ]
    if length and response.status not in {204, 304}:
        outgoing.raw_headers.append((b"content-length", length.encode()))
    outgoing.raw_headers.append((b"server", b"CloudFront"))
    if not response.header("date"):
        outgoing.raw_headers.append((b"date", formatdate(usegmt=True).encode()))
    return outgoing


async def _chunks(stream: AsyncByteStream) -> AsyncIterator[bytes]:
    try:
        async for chunk in stream:
            yield chunk
    finally:
        await stream.aclose()
