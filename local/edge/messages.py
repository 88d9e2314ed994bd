"""A request and a response as they travel through the edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Self

from httpx import AsyncByteStream

Pairs = tuple[tuple[str, str], ...]


@lru_cache(4096)
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
        return self._values.get(name, "")

    @cached_property
    def _values(self) -> dict[str, str]:
        return by_name(self.headers)

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
        return self._values.get(name, "")

    @cached_property
    def _values(self) -> dict[str, str]:
        return by_name(self.headers)

    async def close(self) -> None:
        """Give a stream up that nobody will read."""
        if isinstance(self.body, AsyncByteStream):
            await self.body.aclose()

    def with_headers(self, *added: tuple[str, str]) -> Self:
        """The same with `added` in place of headers of those names."""
        names = [name for name, _ in added]
        return type(self)(self.status, (*without(self.headers, names), *added), self.body)

    @classmethod
    def error(cls, status: int, sentence: str) -> Self:
        """An error of the edge's own."""
        headers = (("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"))
        return cls(status, headers, f"{sentence}\n".encode())


def by_name(headers: Pairs) -> dict[str, str]:
    """All values of each name, joined as HTTP allows."""
    values: dict[str, str] = {}
    for name, value in headers:
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def without(headers: Pairs, names: Iterable[str]) -> Pairs:
    dropped = names if isinstance(names, frozenset) else set(names)
    return tuple([pair for pair in headers if pair[0] not in dropped])
