"""Whole requests, as hypercorn hands them over to MiniStack."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ministack import app

ROOT = "AWS4-HMAC-SHA256 Credential=000000000000/20261120/us-east-1/{service}/aws4_request"


def answer(
    method: str,
    path: str,
    headers: Mapping[str, str],
    *,
    query: str = "",
    body: bytes = b"",
    decoded: str | None = None,
) -> tuple[int, bytes]:
    """Status and body. `decoded` is the path without percent signs, where it has any."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path if decoded is None else decoded,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app.app(scope, receive, send))
    return int(sent[0]["status"]), b"".join(message.get("body", b"") for message in sent[1:])
