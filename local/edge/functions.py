"""What CloudFront Functions see and return, as events.

Sources: "CloudFront Functions event structure" and "Restrictions on edge functions" in the
CloudFront Developer Guide. Node allows more than CloudFront's runtime does.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.edge.distribution import Distribution
from local.edge.memory import Memory
from local.edge.messages import Pairs, Request, Response
from local.edge.purity import is_pure
from local.edge.sandbox import EdgeFunction, Sandbox

BODY_LIMIT = 40_960  # bytes of a response that a function may generate


class InvalidResult(Exception):
    """It returned neither a request nor a response: CloudFront answers 502."""


@dataclass(frozen=True)
class FunctionRuntime:
    """Results of pure functions are remembered: the same event has the same result."""

    distribution: Distribution
    sandbox: Sandbox
    _requests: Memory[Request | Response] = field(default_factory=Memory)
    _responses: Memory[Response] = field(default_factory=Memory)

    async def on_request(self, function: EdgeFunction, request: Request) -> Request | Response:
        seen = (function.code, *_seen(request))
        result = self._requests.get(seen)
        if result is None:
            result = await self._changed_request(function, request)
            if is_pure(function.code):
                self._requests.put(seen, result)
        if isinstance(result, Response):
            return result
        return Request(
            request.method,
            result.path,
            result.query,
            result.headers,
            request.body,
            request.client,
            id=request.id,
        )

    async def _changed_request(
        self, function: EdgeFunction, request: Request
    ) -> Request | Response:
        event = {"request": _request_event(request)}
        result = await self._run(function, "viewer-request", request, event)
        if "statusCode" in result:
            return _response(result)
        uri = result.get("uri")
        if not isinstance(uri, str) or not uri.startswith("/"):
            raise InvalidResult(f"the request's uri is {uri!r}")
        return Request(
            request.method,
            uri,
            _pairs(result.get("querystring", {})),
            _with_cookies(_pairs(result.get("headers", {})), result.get("cookies", {})),
        )

    async def on_response(
        self, function: EdgeFunction, request: Request, response: Response
    ) -> Response:
        seen = (function.code, *_seen(request), response.status, response.headers)
        answer = self._responses.get(seen)
        if answer is None:
            event = {
                "request": _request_event(request),
                "response": {"statusCode": response.status, "headers": _grouped(response.headers)},
            }
            answer = _response(await self._run(function, "viewer-response", request, event))
            if is_pure(function.code):
                self._responses.put(seen, answer)
        return Response(answer.status, answer.headers, answer.body or response.body)

    async def _run(
        self, function: EdgeFunction, kind: str, request: Request, event: Mapping[str, Any]
    ) -> dict[str, Any]:
        context = {
            "distributionDomainName": self.distribution.domain,
            "distributionId": self.distribution.id,
            "eventType": kind,
            "requestId": request.id,
        }
        viewer = {"ip": request.client}
        whole = {"version": "1.0", "context": context, "viewer": viewer, **event}
        result = await self.sandbox.evaluate(function, whole)
        if not isinstance(result, dict):
            raise InvalidResult(f"it returned {result!r}")
        return result


def _seen(request: Request) -> tuple[Hashable, ...]:
    """What of a request is in an event, but its id."""
    return (request.method, request.path, request.query, request.headers, request.client)


def _request_event(request: Request) -> dict[str, Any]:
    headers = tuple(pair for pair in request.headers if pair[0] != "cookie")
    return {
        "method": request.method,
        "uri": request.path,
        "querystring": _grouped(request.query),
        "headers": _grouped(headers),
        "cookies": _grouped(request.cookies),
    }


def _grouped(pairs: Pairs) -> dict[str, Any]:
    """`{name: {value, multiValue?}}`, the shape of every collection in an event."""
    grouped: dict[str, Any] = {}
    for name, value in pairs:
        values = [*grouped.get(name, {}).get("values", []), value]
        grouped[name] = {"values": values}
    return {name: _entry(entry["values"]) for name, entry in grouped.items()}


def _entry(values: list[str]) -> dict[str, Any]:
    many = {"multiValue": [{"value": value} for value in values]} if len(values) > 1 else {}
    return {"value": values[0], **many}


def _pairs(grouped: Mapping[str, Any]) -> Pairs:
    try:
        return tuple(
            (name, str(one["value"]))
            for name, entry in grouped.items()
            for one in entry.get("multiValue") or [entry]
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidResult("a header, cookie or parameter is no {value: …}") from error


def _with_cookies(headers: Pairs, cookies: Mapping[str, Any]) -> Pairs:
    joined = "; ".join(f"{name}={value}" for name, value in _pairs(cookies))
    return (*headers, ("cookie", joined)) if joined else headers


def _response(result: Mapping[str, Any]) -> Response:
    status = result.get("statusCode")
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise InvalidResult(f"the response's statusCode is {status!r}")
    body = result.get("body") or ""
    text = body.get("data", "") if isinstance(body, dict) else body
    if len(text.encode()) > BODY_LIMIT:
        raise InvalidResult(f"the response's body is over {BODY_LIMIT} bytes")
    return Response(status, _pairs(result.get("headers", {})), text.encode())
