"""An answer to a viewer: what any such request gets, and what is of this one time."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache

from local.edge import server_timing
from local.edge.forwarding import CacheKey
from local.edge.messages import Pairs, Response

_LABELS = frozenset({"age", "via", "x-cache", "x-amz-cf-pop", "x-amz-cf-id"})


@dataclass(frozen=True)
class Hit:
    """What of the cache an answer was made of: the entry's key and mark, its age in seconds."""

    key: CacheKey
    mark: object
    age: int


@dataclass(frozen=True)
class Timing:
    """The share of responses, 0 to 1, that say Server-Timing. Seconds until the first bytes of the
    origin and of the edge; None for what no origin was asked for."""

    rate: float = 0.0
    upstream: float | None = None
    downstream: float = 0.0

    def header(self, request_id: str) -> Pairs:
        if not self.rate or (self.rate < 1 and random.random() >= self.rate):  # noqa: S311  # a sample
            return ()
        if self.upstream is None:
            return (("server-timing", server_timing.hit(request_id)),)
        value = server_timing.miss(request_id, self.upstream, self.downstream)
        return (("server-timing", value),)


@dataclass(frozen=True)
class Answer:
    """`response` lacks the headers of this one time. `repeats` is whether the same request, byte by
    byte, has the same answer for as long as the cache holds `hit`."""

    response: Response
    timing: Timing = Timing()
    hit: Hit | None = None
    repeats: bool = False

    def whole(self, request_id: str) -> Response:
        """The response with the headers of this one time."""
        age = self.hit.age if self.hit else 0
        headers = (*self.response.headers, *self.once(request_id, age))
        return Response(self.response.status, headers, self.response.body)

    def once(self, request_id: str, age: int) -> Pairs:
        """The headers of this one time; `age` of a hit in seconds."""
        aged = (("age", str(age)),) if self.hit else ()
        dated = () if self.response.header("date") else (("date", _date(int(time.time()))),)
        return (("x-amz-cf-id", request_id), *aged, *dated, *self.timing.header(request_id))


def labelled(response: Response, verdict: str) -> Response:
    """`response` with what CloudFront says of itself and of how it came by it."""
    kept = [pair for pair in response.headers if pair[0] not in _LABELS]
    labels = (
        ("via", "1.1 spool-edge (CloudFront)"),
        ("x-cache", f"{verdict} from cloudfront"),
        ("x-amz-cf-pop", server_timing.POP),
    )
    return Response(response.status, (*kept, *labels), response.body)


@lru_cache(1)
def _date(now: int) -> str:
    return formatdate(now, usegmt=True)
