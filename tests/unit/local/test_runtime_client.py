"""The Runtime API client for hosts without awslambdaric's compiled one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.emulator.portable import runtime_client
from local.settings import HOST

RUNTIME = "/2018-06-01/runtime/invocation"


class RuntimeApi(ThreadingHTTPServer):
    """Hands out one invocation and keeps what comes back."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Handler)
        self.status = 200
        self.posted: list[tuple[str, bytes, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: RuntimeApi

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "id-1")
        self.send_header("Lambda-Runtime-Deadline-Ms", "1790000000000")
        self.end_headers()
        self.wfile.write(b'{"a": 1}' if self.path == f"{RUNTIME}/next" else b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, body, self.headers["Content-Type"]))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[RuntimeApi]:
    with RuntimeApi() as server:
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"{HOST}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_invocation_is_taken_and_answered(api: RuntimeApi) -> None:
    runtime_client.initialize_client("test")
    payload, headers = runtime_client.next()
    runtime_client.post_invocation_result("id-1", b"42", "application/json", None)
    runtime_client.post_error("id-2", '{"errorType": "Superseded"}', "{}", None)

    assert payload == b'{"a": 1}'
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "id-1"
    assert headers["Lambda-Runtime-Deadline-Ms"] == 1790000000000
    assert api.posted == [
        (f"{RUNTIME}/id-1/response", b"42", "application/json"),
        (f"{RUNTIME}/id-2/error", b'{"errorType": "Superseded"}', "application/json"),
    ]


def test_an_environment_that_was_stopped_ends(api: RuntimeApi) -> None:
    api.status = 500

    with pytest.raises(RuntimeError, match="answered 500"):
        runtime_client.next()
