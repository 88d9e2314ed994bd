"""What happens to one request: behaviour, signature, functions, cache, origin, headers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from local.edge import headers, server_timing
from local.edge.distribution import Behaviour, Distribution
from local.edge.functions import FunctionRuntime, InvalidResult
from local.edge.messages import Pairs, Request, Response
from local.edge.sandbox import FunctionFailed
from local.edge.signatures import AccessRefused, authorised
from local.edge.store import Outcome, Store

_CLOSED = frozenset({"via", "x-cache", "x-amz-cf-pop", "x-amz-cf-id"})


@dataclass(frozen=True)
class Pipeline:
    """`now` is in seconds since 1970: what signatures are valid for."""

    distribution: Distribution
    functions: FunctionRuntime
    store: Store
    now: Callable[[], float] = time.time

    async def answer(self, request: Request) -> Response:
        """The response to the viewer."""
        began = time.perf_counter()
        behaviour = self.distribution.behaviour(request.path)
        try:
            outcome, asked = await self._outcome(behaviour, request)
            response = outcome.response
            if behaviour.on_response and outcome.from_origin and response.status < 400:
                response = await self.functions.on_response(behaviour.on_response, asked, response)
        except AccessRefused as error:
            return _labelled(error.response, "Error", request)
        except FunctionFailed as error:
            failure = Response.error(503, f"A CloudFront Function failed: {error}")
            return _labelled(failure, "FunctionExecutionError", request)
        except InvalidResult as error:
            failure = Response.error(502, f"A CloudFront Function's result is not valid: {error}")
            return _labelled(failure, "FunctionValidationError", request)
        answer = headers.apply(behaviour.headers, request, response)
        if timing := _timing(behaviour, request, outcome, began):
            answer = _timed(answer, timing)
        return _labelled(answer, outcome.verdict, request)

    async def _outcome(self, behaviour: Behaviour, request: Request) -> tuple[Outcome, Request]:
        """Also the request as the functions made it."""
        if request.method not in behaviour.methods:
            refusal = Response.error(403, "This path does not allow that method.")
            return Outcome(refusal, "Error"), request
        if behaviour.keys:
            request = authorised(behaviour.keys, request, self.now())
        if behaviour.on_request:
            result = await self.functions.on_request(behaviour.on_request, request)
            if isinstance(result, Response):
                return Outcome(result, "FunctionGeneratedResponse"), request
            request = result
        if request.path == "/" and self.distribution.root_object:
            request = replace(request, path=f"/{self.distribution.root_object}")
        return await self.store.answer(behaviour, request), request


def _timing(behaviour: Behaviour, request: Request, outcome: Outcome, began: float) -> str:
    rate = behaviour.headers.timing_rate
    if not rate or (rate < 1 and random.random() >= rate):  # noqa: S311  # a sample
        return ""
    if outcome.upstream is None:
        return server_timing.hit(request.id)
    return server_timing.miss(request.id, outcome.upstream, time.perf_counter() - began)


def _timed(response: Response, timing: str) -> Response:
    own = response.header("server-timing")
    return response.with_headers(("server-timing", f"{own},{timing}" if own else timing))


def _labelled(response: Response, verdict: str, request: Request) -> Response:
    labels: Pairs = (
        ("via", "1.1 spool-edge (CloudFront)"),
        ("x-cache", f"{verdict} from cloudfront"),
        ("x-amz-cf-pop", server_timing.POP),
        ("x-amz-cf-id", request.id),
    )
    kept = tuple([pair for pair in response.headers if pair[0] not in _CLOSED])
    return Response(response.status, (*kept, *labels), response.body)
