from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from ministack import app
from ministack.core import router

from local.emulator.corrections import mediaconvert, mediaconvert_rights

ADMIN = b"AWS4-HMAC-SHA256 Credential=000000000000/20261120/us-east-1/mediaconvert/aws4_request"


async def answer_for_its_queues() -> tuple[int, bool]:
    """The status of a whole request, as hypercorn hands it over, and whether the router searches
    all services' models for whose it is: that takes seconds, in which nothing else is answered."""
    searched = False

    def search(_name: str) -> bool:
        nonlocal searched
        searched = True
        return True

    router._is_aws_service_name = search
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
    return int(sent[0]["status"]), searched


if __name__ == "__main__":
    before = asyncio.run(answer_for_its_queues())
    mediaconvert_rights.apply()
    mediaconvert.apply()
    json.dump([before, asyncio.run(answer_for_its_queues())], sys.stdout)
