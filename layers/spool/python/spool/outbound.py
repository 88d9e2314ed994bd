"""One POST to a stranger's server: to the address that was checked, and not for long.

The name is resolved once, and the connection goes to an address that was checked; TLS and the Host
header have the name. So it doesn't matter what the name leads to a moment later. Nothing is
followed, and no proxy of the environment is asked.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from spool.addresses import checked
from spool.errors import AddressRefused

TIMEOUT = 10.0  # seconds from the name to the last byte that is read
ADDRESSES = 4  # of a name, that are tried
LEAST_TIMEOUT = 0.01
RESPONSE_BYTES = 2 << 10
LOOPBACK = "SPOOL_TEST_LOOPBACK_RECEIVERS"

Resolve = Callable[[str, int], Sequence[str]]


def loopback_receivers() -> bool:
    """Whether receivers may be on this machine: only the embedded cloud's own environment says so,
    never a template."""
    return os.environ.get(LOOPBACK) == "true"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`error` says why there is no `status_code`."""

    millis: int
    status_code: int | None = None
    text: str = ""
    retry_after: int | None = None
    error: str | None = None


def resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """`loopback` lets receivers be on this machine. For tests."""

    loopback: bool = False
    resolve: Resolve = resolve
    timeout: float = TIMEOUT

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        start = time.monotonic()
        try:
            answer = self._post(url, body, headers)
        except AddressRefused as error:
            answer = Answer(millis=0, error=str(error))
        except TimeoutError:
            answer = Answer(millis=0, error=self._too_late)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = time.monotonic() - start >= self.timeout
            answer = Answer(millis=0, error=self._too_late if late else _reason(error))
        took = round((time.monotonic() - start) * 1000)
        return Answer(**{**answer.__dict__, "millis": took})

    @property
    def _too_late(self) -> str:
        return f"There was no answer within {self.timeout:g} seconds."

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        host, tls = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        end = time.monotonic() + self.timeout
        addresses = checked(self.resolve(host, port), loopback=self.loopback)
        raw = _connected(addresses[:ADDRESSES], port, end)
        raw.settimeout(self.timeout + 1)  # the guard comes first
        guard = threading.Timer(max(end - time.monotonic(), 0), _shut, [raw.fileno()])
        guard.daemon = True
        guard.start()
        connection = http.client.HTTPConnection(host, port, timeout=self.timeout)
        connection.sock = raw
        try:
            if tls:
                connection.sock = _tls().wrap_socket(raw, server_hostname=host)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            sent = {"host": parts.netloc, "connection": "close", **headers}
            connection.request("POST", path, body=body, headers=sent)
            return _read(connection.getresponse())
        finally:
            guard.cancel()
            guard.join()
            connection.close()
            raw.close()


def _connected(addresses: Sequence[str], port: int, end: float) -> socket.socket:
    """To the first that lets us: a host of two families may not be reachable by both. Each has its
    share of the time until `end`. Raises the last's OSError."""
    *others, last = addresses
    for number, address in enumerate(others):
        with suppress(OSError):
            return _connection(address, port, end, len(addresses) - number)
    return _connection(last, port, end, 1)


def _connection(address: str, port: int, end: float, shares: int) -> socket.socket:
    timeout = max((end - time.monotonic()) / shares, LEAST_TIMEOUT)
    return socket.create_connection((address, port), timeout=timeout)


def _read(response: http.client.HTTPResponse) -> Answer:
    """Its beginning: what else comes is nobody's."""
    content = b""
    with suppress(OSError, http.client.HTTPException):  # the status is what matters
        content = response.read(RESPONSE_BYTES)
    after = response.getheader("retry-after", "")
    return Answer(
        millis=0,
        status_code=response.status,
        text=content.decode("utf-8", "replace"),
        retry_after=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else None,
    )


def _shut(descriptor: int) -> None:
    """A receiver that sends a byte now and then would else be read for ever."""
    with suppress(OSError):
        duplicate = socket.socket(fileno=os.dup(descriptor))
        try:
            duplicate.shutdown(socket.SHUT_RDWR)
        finally:
            duplicate.close()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _reason(error: Exception) -> str:
    match error:
        case socket.gaierror():
            return "The host's name can't be resolved."
        case ssl.SSLCertVerificationError():
            return f"Its certificate is not valid: {error.verify_message}."
        case ssl.SSLError():
            return "TLS could not be agreed on."
        case ConnectionRefusedError():
            return "The connection was refused."
        case _:
            return f"The connection failed ({type(error).__name__})."
