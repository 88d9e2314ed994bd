from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from ministack import app
from ministack.services import lambda_svc

from local.emulator.corrections import function_url_path

HOST = b"a" * 32 + b".lambda-url.us-east-1.on.aws"
ADMIN = b"AWS4-HMAC-SHA256 Credential=000000000000/20261120/us-east-1/lambda/aws4_request"

seen: list[dict[str, Any]] = []


def execute(_function: object, event: dict[str, Any]) -> dict[str, Any]:
    seen.append(event)
    return {"body": {"statusCode": 200, "body": ""}}


async def path_that_the_function_sees() -> str:
    """Of a whole request, as hypercorn hands it over."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/img/100%.jpg",
        "raw_path": b"/img/100%25.jpg",
        "query_string": b"",
        "headers": [(b"host", HOST), (b"authorization", ADMIN)],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: object) -> None: ...

    await app.app(scope, receive, send)
    return str(seen.pop()["rawPath"])


if __name__ == "__main__":
    config = {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    }
    url = ("000000000000", "us-east-1", "f", None, {"AuthType": "NONE"})
    lambda_svc.resolve_function_url = lambda *_: url
    lambda_svc._get_func_record_for_ref_in_scope = lambda *_, **__: ({}, config, "f")
    lambda_svc._execution_record_for_config = lambda *_: {}
    lambda_svc._execute_function_with_config_scope = execute
    before = asyncio.run(path_that_the_function_sees())
    function_url_path.apply()
    json.dump([before, asyncio.run(path_that_the_function_sees())], sys.stdout)
