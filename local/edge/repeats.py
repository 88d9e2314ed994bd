"""Hits whose request came before, byte by byte: the head of their answer is kept as it is sent, and
holds while the object that it was made of is in the cache and fresh."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from starlette.types import Scope

from local.edge.answer import Answer
from local.edge.cache import Cache
from local.edge.memory import Memory
from local.edge.messages import Response

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Repeat:
    """`headers` are those of each such answer."""

    answer: Answer  # without its body: what left the cache is kept nowhere
    headers: RawHeaders


def identity(scope: Scope) -> Hashable:
    """All that an answer depends on but the time and the cache."""
    client = scope["client"]
    return (
        scope["method"],
        scope["raw_path"],
        scope["query_string"],
        tuple(scope["headers"]),
        client and client[0],
    )


class Repeats:
    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._known: Memory[Repeat] = Memory()

    def get(self, request: Hashable) -> tuple[Repeat, bytes, int] | None:
        """What `request` was answered, with the body and its age, if that still holds."""
        repeat = self._known.get(request)
        if repeat is None or repeat.answer.hit is None:
            return None
        hit = repeat.answer.hit
        entry = self._cache.get(hit.key)
        if entry is None or entry.mark is not hit.mark or not self._cache.is_fresh(entry):
            return None
        body = entry.response.body
        return (repeat, body, self._cache.age(entry)) if isinstance(body, bytes) else None

    def put(self, request: Hashable, answer: Answer, headers: RawHeaders) -> None:
        """Remember it if it repeats. `headers` are copied."""
        if answer.repeats:
            head = Response(answer.response.status, answer.response.headers)
            self._known.put(request, Repeat(replace(answer, response=head), [*headers]))
