from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from ministack import app

from local.emulator.corrections import mediaconvert, mediaconvert_rights

ADMIN = b"AWS4-HMAC-SHA256 Credential=000000000000/20261120/us-east-1/mediaconvert/aws4_request"


async def status_of_its_queues() -> int:
    """Of a whole request, as hypercorn hands it over."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/2017-08-29/queues",
        "raw_path": b"/2017-08-29/queues",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"authorization", ADMIN)],
        "client": ("127.0.0.1", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app.app(scope, receive, send)
    return int(sent[0]["status"])


if __name__ == "__main__":
    before = asyncio.run(status_of_its_queues())
    mediaconvert_rights.apply()
    mediaconvert.apply()
    json.dump([before, asyncio.run(status_of_its_queues())], sys.stdout)
