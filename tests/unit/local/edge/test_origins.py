from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.credentials import Credentials
from httpx import AsyncByteStream

from local.edge.distribution import Origin
from local.edge.messages import Request, Response
from local.edge.origins import FUNCTION_URL_BYTES, HELD_BYTES, OriginFailed, Origins
from local.settings import HOST

BUCKET = "renditions.s3.us-east-1.amazonaws.com"
FUNCTION = "abc.lambda-url.us-east-1.on.aws"
IDENTITY = Credentials("AKIADISTRIBUTION", "secret")
API = "xyz.execute-api.us-east-1.amazonaws.com"


class Emulator(ThreadingHTTPServer):
    """Answers `size` bytes and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Handler)
        self.size = 3
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = f"http://{HOST}:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Emulator
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, body))
        self.send_response(200)
        self.send_header("Content-Length", str(self.server.size))
        self.send_header("Set-Cookie", "a=1")
        self.end_headers()
        self.wfile.write(b"x" * self.server.size)

    do_POST = do_GET  # noqa: N815  # http.server's name

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(emulator: Emulator, domain: str, request: Request, *, signed: bool = True) -> Response:
    async def ask() -> Response:
        origins = Origins(emulator.url, IDENTITY)
        try:
            response = await origins.fetch(
                Origin("o", domain, "/base", (("x-secret", "s"),), signed), request
            )
            if isinstance(response.body, AsyncByteStream):
                body = b"".join([chunk async for chunk in response.body])
                await response.close()
                return Response(response.status, (("streamed", "yes"),), body)
            return response
        finally:
            await origins.close()

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("domain", "signed", "path", "host", "scope"),
    [
        (BUCKET, True, "/renditions/base/a%20b%2B%25.jpg?w=1&x", HOST, "s3/aws4_request"),
        (FUNCTION, True, "/base/a%20b%2B%25.jpg?w=1&x", FUNCTION, "lambda/aws4_request"),
        (API, False, "/_aws/execute-api/xyz/$default/base/a%20b%2B%25.jpg?w=1&x", HOST, ""),
    ],
)
def test_an_origin_is_asked_as_cloudfront_asks(
    emulator: Emulator, domain: str, signed: bool, path: str, host: str, scope: str
) -> None:
    request = Request("GET", "/a%20b%2B%25.jpg", (("w", "1"), ("x", "")), (("accept", "*/*"),))
    fetch(emulator, domain, request, signed=signed)
    [(_, asked, headers, _)] = emulator.asked

    assert asked == path
    assert headers["host"].partition(":")[0] == host
    assert scope in headers.get("authorization", "")
    assert not signed or "AKIADISTRIBUTION/" in headers["authorization"]
    assert ("authorization" in headers) is signed
    assert headers["x-secret"] == "s"
    assert headers["accept"] == "*/*"
    assert not headers.keys() & {"cookie", "accept-encoding", "user-agent"}


def test_a_body_is_forwarded(emulator: Emulator) -> None:
    fetch(emulator, API, Request("POST", "/a", body=b"hello"), signed=False)

    assert emulator.asked[0][0] == "POST"
    assert emulator.asked[0][3] == b"hello"


@pytest.mark.parametrize("domain", [API, BUCKET])
def test_what_is_not_ascii_goes_on_as_it_came(emulator: Emulator, domain: str) -> None:
    """HTTP's bytes, each of which is a character here."""
    headers = (("authorization", "\x91é"), ("host", "localhost"))

    fetch(emulator, domain, Request("GET", "/a", (("b", "é"),), headers=headers), signed=False)

    _, path, sent, _ = emulator.asked[0]
    assert path.endswith("?b=%E9")
    assert sent["authorization"] == "\x91é"


def test_a_function_that_answers_more_than_lambda_can_is_a_failure(emulator: Emulator) -> None:
    emulator.size = FUNCTION_URL_BYTES
    assert fetch(emulator, FUNCTION, Request("GET", "/a")).status == 200

    emulator.size += 1
    with pytest.raises(OriginFailed, match="6 MB"):
        fetch(emulator, FUNCTION, Request("GET", "/a"))


def test_what_is_too_large_to_hold_is_streamed(emulator: Emulator) -> None:
    emulator.size = HELD_BYTES + 1
    response = fetch(emulator, BUCKET, Request("GET", "/a"))

    assert response.header("streamed") == "yes"
    assert isinstance(response.body, bytes)
    assert len(response.body) == HELD_BYTES + 1


def test_a_value_that_ends_in_a_space_is_no_bad_gateway(emulator: Emulator) -> None:
    request = Request("GET", "/a", headers=(("authorization", "Bearer "),))
    assert fetch(emulator, API, request, signed=False).status == 200
    [(*_, headers, _)] = emulator.asked
    assert headers["authorization"] == "Bearer"


def test_an_origin_that_is_nowhere_here_says_so(emulator: Emulator) -> None:
    with pytest.raises(OriginFailed, match=r"no origin example\.com"):
        fetch(emulator, "example.com", Request("GET", "/a"))


def test_an_origin_that_does_not_answer_is_a_failure() -> None:
    with Emulator() as gone:
        pass  # its port is closed again
    with pytest.raises(OriginFailed, match="connection"):
        fetch(gone, BUCKET, Request("GET", "/a"))
