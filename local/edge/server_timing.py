"""The Server-Timing header of a response headers policy.

Source: "Server-Timing header" under "Understand response headers policies" in the CloudFront
Developer Guide. Times are milliseconds; nothing is measured of DNS and connections, which are kept.
"""

from __future__ import annotations

POP = "LOCAL"


def hit(request_id: str) -> str:
    where = f'cdn-pop;desc="{POP}",cdn-rid;desc="{request_id}"'
    return f'cdn-cache-hit,{where},cdn-hit-layer;desc="EDGE"'


def miss(request_id: str, upstream: float, downstream: float) -> str:
    """`upstream` is until the origin's first byte, `downstream` until ours, both in seconds."""
    return (
        'cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=0,'
        f"cdn-upstream-fbl;dur={_milliseconds(upstream)},cdn-cache-miss,"
        f'cdn-pop;desc="{POP}",cdn-rid;desc="{request_id}",'
        f"cdn-downstream-fbl;dur={_milliseconds(downstream)}"
    )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
