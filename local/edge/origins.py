"""Sends a request to an origin: the emulator plays them all, told apart by their domain names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.edge.distribution import Origin
from local.edge.messages import Pairs, Request, Response, format_query, without
from local.settings import REGION

HELD_BYTES = 32 * 2**20  # a larger body is streamed, and not cached
FUNCTION_URL_BYTES = 6 * 2**20  # Lambda's limit for a buffered response
TIMEOUT = 30.0  # seconds, CloudFront's default origin response timeout

_EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}


class OriginFailed(Exception):
    """No usable response; the message says why. CloudFront answers `status`, and fails over where
    the origin group names `status` or `also`.

    Source: "How origin failover works" in the CloudFront Developer Guide.
    """

    def __init__(self, sentence: str, status: int = 502, also: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.failover = status, frozenset({status, also or status})


@dataclass(frozen=True)
class Address:
    """Where the emulator answers for an origin: Host header, path prefix, service that signs."""

    host: str
    prefix: str = ""
    service: str = ""

    @classmethod
    def of(cls, origin: Origin, emulator: httpx.URL) -> Address:
        name, _, kind = origin.domain.partition(".")
        if kind.startswith("s3.") or ".s3." in origin.domain:
            # Path-style: a bucket's own name as host would have to resolve.
            bucket = origin.domain.partition(".s3.")[0]
            return cls(emulator.netloc.decode(), f"/{bucket}", "s3")
        if kind.startswith("execute-api."):
            # By its path: by its host, the emulator's own pages would hide routes such as /health.
            return cls(emulator.netloc.decode(), f"/_aws/execute-api/{name}/$default")
        if kind.startswith("lambda-url."):
            return cls(origin.domain, service="lambda")
        raise OriginFailed(f"the embedded cloud has no origin {origin.domain}", 502, 503)


class Origins:
    """`identity` signs for origin access controls."""

    def __init__(self, emulator_url: str, identity: Credentials) -> None:
        self._emulator, self._identity = httpx.URL(emulator_url), identity
        # The bare transport: a client would add headers, keep cookies and decode bodies.
        self._transport = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16)
        )

    async def fetch(self, origin: Origin, request: Request) -> Response:
        """Raises OriginFailed."""
        address = Address.of(origin, self._emulator)
        outgoing = self._outgoing(origin, address, request)
        try:
            answer = await self._transport.handle_async_request(outgoing)
            return await _read(answer, address)
        except httpx.ConnectError as error:
            raise OriginFailed(f"{origin.domain}: {error}", 502, 503) from error
        except httpx.TimeoutException as error:
            raise OriginFailed(f"{origin.domain}: no answer in {TIMEOUT:.0f} s", 504) from error
        except httpx.TransportError as error:
            raise OriginFailed(f"{origin.domain}: {error or type(error).__name__}") from error

    def _outgoing(self, origin: Origin, address: Address, request: Request) -> httpx.Request:
        path = f"{address.prefix}{origin.path}{request.path}"
        query = format_query(request.query)
        target = _ascii(f"{path}?{query}" if query else path)
        headers = (*without(request.headers, ["host"]), *origin.headers, ("host", address.host))
        if origin.signed:
            url = f"{self._emulator}{target}"
            headers = _sign(self._identity, request, url, headers, address.service)
        return httpx.Request(
            request.method,
            self._emulator.copy_with(raw_path=target.encode()),
            headers=[_encoded(*pair) for pair in headers],
            content=request.body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)},
        )

    async def close(self) -> None:
        await self._transport.aclose()


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """White space around a value is no part of it (RFC 9110, 5.5), and h11 sends none."""
    return name.encode("latin-1"), value.encode("latin-1").strip(b" \t")


def _ascii(target: str) -> str:
    """`target`, of whose characters each is a byte, with percent-encoding for what is not ASCII."""
    return _NOT_ASCII.sub(lambda match: f"%{ord(match[0]):02X}", target)


def _sign(identity: Credentials, request: Request, url: str, headers: Pairs, service: str) -> Pairs:
    """Signed as an origin access control does: the body only by the viewer's own hash of it."""
    digest = request.header("x-amz-content-sha256") or _EMPTY_SHA256
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    unsigned = AWSRequest(request.method, url, headers=dict(headers))
    unsigned.headers["x-amz-content-sha256"] = digest
    signer(identity, service, REGION).add_auth(unsigned)
    return tuple((name.lower(), value) for name, value in unsigned.headers.items())


async def _read(answer: httpx.Response, address: Address) -> Response:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in answer.headers.raw
    )
    kept = without(headers, _HOP_BY_HOP)
    size = int(answer.headers.get("content-length", 0))
    if address.service == "lambda" and size > FUNCTION_URL_BYTES:
        await answer.aclose()
        raise OriginFailed(f"the function answered {size} bytes; Lambda's limit is 6 MB")
    if size > HELD_BYTES and isinstance(answer.stream, httpx.AsyncByteStream):
        return Response(answer.status_code, kept, answer.stream)
    body = b"".join([chunk async for chunk in answer.aiter_raw()])
    await answer.aclose()
    return Response(answer.status_code, kept, body)
