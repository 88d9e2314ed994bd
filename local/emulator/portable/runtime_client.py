"""awslambdaric's `runtime_client` for hosts for which it has no compiled one (all but Linux).

On the import path after everything else, so the compiled one goes first. The Runtime API:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPMessage

DEADLINE = "Lambda-Runtime-Deadline-Ms"

_agent = ""


def initialize_client(user_agent: str) -> None:
    global _agent  # noqa: PLW0603  # the module is the client, as the compiled one is
    _agent = user_agent


def next() -> tuple[bytes, dict[str, str | int]]:  # noqa: A001  # awslambdaric's name for it
    """The next invocation's payload and headers, the deadline as a number; waits for it."""
    payload, headers = _call("GET", "next", None, {})
    return payload, {**headers, DEADLINE: int(headers[DEADLINE])}


def post_invocation_result(
    invoke_id: str, result: bytes, content_type: str, _invocation_id: str | None = None
) -> None:
    _call("POST", f"{invoke_id}/response", result, {"Content-Type": content_type})


def post_error(
    invoke_id: str, error: str, xray_fault: str, _invocation_id: str | None = None
) -> None:
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault,
    }
    _call("POST", f"{invoke_id}/error", error.encode(), headers)


def _call(
    method: str, resource: str, body: bytes | None, headers: Mapping[str, str]
) -> tuple[bytes, HTTPMessage]:
    connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        path = f"/2018-06-01/runtime/invocation/{resource}"
        connection.request(method, path, body, {"User-Agent": _agent, **headers})
        response = connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{resource}: the Runtime API answered {response.status}")
        return content, response.headers
    finally:
        connection.close()
