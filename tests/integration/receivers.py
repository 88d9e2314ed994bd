"""A receiver of webhooks on this machine, which answers as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

PATIENCE = 60.0


@dataclass(frozen=True)
class Call:
    path: str
    headers: Mapping[str, str]
    body: str

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """Raises WebhookVerificationError."""
        return dict(Webhook(secret).verify(self.body, dict(self.headers)))


Reply = Callable[[int, BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Reply:
    def reply(_number: int, request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("content-length", "2")
        request.end_headers()
        request.wfile.write(b"ok")

    return reply


@dataclass
class Receiver:
    """`reply` is given the number of the call, from 1."""

    port: int = 0
    reply: Reply = field(default_factory=lambda: status(200))
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def until(self, found: Callable[[list[Call]], object], patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not found(self.calls):
            assert time.monotonic() < deadline, [call.body[:80] for call in self.calls]
            time.sleep(0.02)


@contextmanager
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            with lock:
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.calls.append(Call(self.path, headers, body))
                number = len(receiver.calls)
            receiver.reply(number, self)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Whoever calls may hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
