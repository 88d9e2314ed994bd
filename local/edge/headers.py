"""Applies a response headers policy."""

from __future__ import annotations

from fnmatch import fnmatchcase

from local.edge.messages import Pairs, Request, Response, without
from local.edge.policies import Cors, HeadersPolicy


def apply(policy: HeadersPolicy, request: Request, response: Response) -> Response:
    """CORS, security and custom headers; removal first, as CloudFront does."""
    kept = without(response.headers, policy.dropped)
    present = {name for name, _ in kept}
    added = [
        (header.name, header.value) for header in policy.set_headers if header.name not in present
    ]
    answer = Response(response.status, (*kept, *added), response.body)
    return _with_cors(policy.cors, request, answer) if policy.cors else answer


def _with_cors(cors: Cors, request: Request, response: Response) -> Response:
    origin = request.header("origin")
    if not origin or not any(fnmatchcase(origin, pattern) for pattern in cors.origins):
        return response
    if response.header("access-control-allow-origin") and not cors.override:
        return response
    vary = [name.strip() for name in response.header("vary").split(",") if name.strip()]
    if "origin" not in map(str.lower, vary):
        vary.append("Origin")
    return response.with_headers(*_cors_headers(cors, origin, request, ", ".join(vary)))


def _cors_headers(cors: Cors, origin: str, request: Request, vary: str) -> Pairs:
    any_origin = "*" in cors.origins and not cors.credentials
    headers = {
        "access-control-allow-origin": "*" if any_origin else origin,
        "vary": "" if any_origin else vary,
        "access-control-allow-credentials": "true" if cors.credentials else "",
    }
    if request.method == "OPTIONS" and request.header("access-control-request-method"):
        headers["access-control-allow-methods"] = cors.methods
        headers["access-control-allow-headers"] = cors.headers
        headers["access-control-max-age"] = "" if cors.max_age is None else str(cors.max_age)
    else:
        headers["access-control-expose-headers"] = cors.exposed
    return tuple((name, value) for name, value in headers.items() if value)
