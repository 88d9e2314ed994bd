"""A request and a response as they travel through the edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from httpx import AsyncByteStream

Pairs = tuple[tuple[str, str], ...]


def parse_query(raw: str) -> Pairs:
    """Parameters in order, still percent-encoded: CloudFront neither decodes nor sorts them."""
    pairs = (part.partition("=") for part in raw.split("&") if part)
    return tuple((name, value) for name, _, value in pairs)


def format_query(query: Pairs) -> str:
    return "&".join(f"{name}={value}" if value else name for name, value in query)


@dataclass(frozen=True)
class Request:
    """`path` and `raw_query` are as sent, percent-encoded; header names are lower case. `id` names
    this request to the viewer, to functions and to the origin."""

    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes = b""
    client: str = "127.0.0.1"
    raw_query: str = ""
    id: str = ""

    def header(self, name: str) -> str:
        return header(self.headers, name)

    @property
    def cookies(self) -> Pairs:
        parts = (part.strip().partition("=") for part in self.header("cookie").split(";"))
        return tuple((name, value) for name, _, value in parts if name)


@dataclass(frozen=True)
class Response:
    """`body` is bytes, or a stream for what is too large to hold. Header names are lower case."""

    status: int
    headers: Pairs = ()
    body: bytes | AsyncByteStream = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        return header(self.headers, name)

    async def close(self) -> None:
        """Give a stream up that nobody will read."""
        if isinstance(self.body, AsyncByteStream):
            await self.body.aclose()

    def with_headers(self, *added: tuple[str, str]) -> Self:
        """The same with `added` in place of headers of those names."""
        names = [name for name, _ in added]
        return replace(self, headers=(*without(self.headers, names), *added))

    @classmethod
    def error(cls, status: int, sentence: str) -> Self:
        """An error of the edge's own."""
        headers = (("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"))
        return cls(status, headers, f"{sentence}\n".encode())


def header(headers: Pairs, name: str) -> str:
    """All values of `name`, joined as HTTP allows; empty when there is none."""
    return ", ".join([value for key, value in headers if key == name])


def without(headers: Pairs, names: Iterable[str]) -> Pairs:
    dropped = names if isinstance(names, frozenset) else set(names)
    return tuple([pair for pair in headers if pair[0] not in dropped])
