"""What CloudFront Functions see and return, as events.

Sources: "CloudFront Functions event structure" and "Restrictions on edge functions" in the
CloudFront Developer Guide. Node allows more than CloudFront's runtime does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.edge.distribution import Distribution
from local.edge.messages import Pairs, Request, Response
from local.edge.sandbox import Sandbox

BODY_LIMIT = 40_960  # bytes of a response that a function may generate


class InvalidResult(Exception):
    """It returned neither a request nor a response: CloudFront answers 502."""


@dataclass(frozen=True)
class FunctionRuntime:
    distribution: Distribution
    sandbox: Sandbox

    async def on_request(self, code: bytes, request: Request) -> Request | Response:
        result = await self._run(code, "viewer-request", {"request": _request_event(request)})
        if "statusCode" in result:
            return _response(result)
        uri = result.get("uri")
        if not isinstance(uri, str) or not uri.startswith("/"):
            raise InvalidResult(f"the request's uri is {uri!r}")
        return replace(
            request,
            path=uri,
            query=_pairs(result.get("querystring", {})),
            headers=_with_cookies(_pairs(result.get("headers", {})), result.get("cookies", {})),
        )

    async def on_response(self, code: bytes, request: Request, response: Response) -> Response:
        event = {
            "request": _request_event(request),
            "response": {"statusCode": response.status, "headers": _grouped(response.headers)},
        }
        changed = await self._run(code, "viewer-response", event)
        answer = _response(changed)
        return replace(answer, body=answer.body or response.body)

    async def _run(self, code: bytes, kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
        context = {
            "distributionDomainName": self.distribution.domain,
            "distributionId": self.distribution.id,
            "eventType": kind,
            "requestId": uuid.uuid4().hex,
        }
        viewer = {"ip": "127.0.0.1"}
        whole = {"version": "1.0", "context": context, "viewer": viewer, **event}
        result = await self.sandbox.evaluate(code, whole)
        if not isinstance(result, dict):
            raise InvalidResult(f"it returned {result!r}")
        return result


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
