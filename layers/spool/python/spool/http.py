"""HTTP at Spool's edge: API Gateway and Function URL events (payload format 2.0), and answers."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from spool.errors import InvalidRequest, Misconfigured, RequestError

BODY_LIMIT = 4_400_000  # bytes: Lambda answers at most 6 MB, and base64 takes a third more


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request. Header names are in lower case; `path` is as the platform gave it;
    `claims` are those of the token that API Gateway's authorizer verified."""

    id: str
    method: str
    route: str = ""
    path: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    raw_body: str = ""
    base64_encoded: bool = False

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        context = event["requestContext"]
        return cls(
            id=context["requestId"],
            method=context["http"]["method"],
            route=event.get("routeKey", ""),
            path=event.get("rawPath", ""),
            parameters=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            headers=event.get("headers") or {},
            claims=context.get("authorizer", {}).get("jwt", {}).get("claims", {}),
            raw_body=event.get("body") or "",
            base64_encoded=event.get("isBase64Encoded", False),
        )

    def has(self, etag: str) -> bool:
        """Whether the client says, by `If-None-Match`, that it has what `etag` names."""
        known = self.headers.get("if-none-match", "").split(",")
        return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in known)

    def body(self) -> str:
        """Raises InvalidRequest when it is not UTF-8."""
        try:
            if self.base64_encoded:
                return base64.b64decode(self.raw_body, validate=True).decode()
            return self.raw_body.encode().decode()
        except (binascii.Error, UnicodeError) as error:
            raise InvalidRequest("The body is not UTF-8 text.") from error


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer; `body` is bytes, or a value that is sent as JSON, and `cookies` the values of its
    Set-Cookie headers."""

    status: int = 200
    body: Mapping[str, Any] | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()

    def to_event(self) -> dict[str, Any]:
        headers = {"cache-control": "no-store", **self.headers}
        if isinstance(self.body, bytes):
            text, encoded = base64.b64encode(self.body).decode(), True
        elif self.body is None:
            text, encoded = "", False
        else:
            text, encoded = json.dumps(self.body, ensure_ascii=False), False
            headers.setdefault("content-type", "application/json")
        return {
            "statusCode": self.status,
            "headers": headers,
            "cookies": list(self.cookies),
            "body": text,
            "isBase64Encoded": encoded,
        }


def problem(error: RequestError, request_id: str) -> Response:
    """`error` as an RFC 9457 problem; `instance` is what to look for in the logs."""
    return _problem(error.status, error.code, error.title, str(error), request_id)


def unavailable(error: Misconfigured, request_id: str) -> Response:
    """`error` as a problem that is none of the caller's."""
    return _problem(503, "UNAVAILABLE", "Not available", str(error), request_id)


def internal_error(request_id: str) -> Response:
    """What a caller learns of a fault of ours."""
    detail = "Something went wrong on our side. Try again, and name the instance if it stays."
    return _problem(500, "INTERNAL", "Internal error", detail, request_id)


def _problem(status: int, code: str, title: str, detail: str, request_id: str) -> Response:
    body = {
        "type": f"urn:spool:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": f"urn:spool:request:{request_id}",
    }
    return Response(
        status=status,
        body=body,
        headers={"content-type": "application/problem+json", "cache-control": "max-age=1"},
    )
