"""How long a response may be served from the cache.

Sources: "Manage how long content stays in the cache" and "Control how long CloudFront caches
errors" in the CloudFront Developer Guide.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from local.edge.messages import Response
from local.edge.policies import CachePolicy

ERRORS_CACHED = {404, 410, 414, 500, 501, 502, 503, 504}
ERRORS_CACHED_IF_ASKED = {400, 403, 405, 412, 415}
ERRORS_THAT_MAY_REFUSE = {404, 410, 414, 501}
CACHED = {200, 203, 204, 300, 301, 302, 307, 308}

_DIRECTIVE = re.compile(r"([a-z-]+)(?:=\"?(\d+)\"?)?")


def lifetime(response: Response, policy: CachePolicy, error_ttl: int) -> int:
    """Seconds that `response` is fresh; 0 means that it is not cached."""
    directives = dict(_DIRECTIVE.findall(response.header("cache-control").lower()))
    asked = _asked(response, directives)
    refused = not directives.keys().isdisjoint({"no-store", "no-cache", "private"})
    if response.status in CACHED:
        return _content_lifetime(policy, asked, refused=refused)
    if response.status in ERRORS_CACHED:
        return (
            0
            if refused and response.status in ERRORS_THAT_MAY_REFUSE
            else max(error_ttl, min(asked or 0, policy.max_ttl))
        )
    if response.status in ERRORS_CACHED_IF_ASKED and asked and not refused:
        return max(error_ttl, min(asked, policy.max_ttl))
    return 0


def _content_lifetime(policy: CachePolicy, asked: int | None, *, refused: bool) -> int:
    if refused:
        return policy.min_ttl
    wanted = policy.default_ttl if asked is None else asked
    return max(policy.min_ttl, min(wanted, policy.max_ttl))


def _asked(response: Response, directives: dict[str, str]) -> int | None:
    for name in ("s-maxage", "max-age"):
        if directives.get(name):
            return int(directives[name])
    try:
        expires = parsedate_to_datetime(response.header("expires"))
        return max(
            0, int((expires - parsedate_to_datetime(response.header("date"))).total_seconds())
        )
    except ValueError:
        return None
