"""What happens to one request: behaviour, signature, functions, cache, origin, headers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from local.edge import headers
from local.edge.answer import Answer, Timing, labelled
from local.edge.distribution import Behaviour, Distribution
from local.edge.functions import FunctionRuntime, InvalidResult
from local.edge.messages import Request, Response
from local.edge.sandbox import FunctionFailed
from local.edge.signatures import AccessRefused, authorised
from local.edge.store import Outcome, Store


@dataclass(frozen=True)
class Pipeline:
    """`now` is in seconds since 1970: what signatures are valid for."""

    distribution: Distribution
    functions: FunctionRuntime
    store: Store
    now: Callable[[], float] = time.time

    async def answer(self, request: Request) -> Answer:
        """What the viewer gets."""
        began = time.perf_counter()
        behaviour = self.distribution.behaviour(request.path)
        try:
            outcome, asked = await self._outcome(behaviour, request)
            response = outcome.response
            if behaviour.on_response and outcome.from_origin and response.status < 400:
                response = await self.functions.on_response(behaviour.on_response, asked, response)
        except AccessRefused as error:
            return Answer(labelled(error.response, "Error"))
        except FunctionFailed as error:
            failure = Response.error(503, f"A CloudFront Function failed: {error}")
            return Answer(labelled(failure, "FunctionExecutionError"))
        except InvalidResult as error:
            failure = Response.error(502, f"A CloudFront Function's result is not valid: {error}")
            return Answer(labelled(failure, "FunctionValidationError"))
        took = time.perf_counter() - began
        return Answer(
            labelled(headers.apply(behaviour.headers, request, response), outcome.verdict),
            Timing(behaviour.headers.timing_rate, outcome.upstream, took),
            outcome.hit,
            repeats=behaviour.repeats and _is_the_object(request, outcome, response),
        )

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


def _is_the_object(request: Request, outcome: Outcome, response: Response) -> bool:
    """Whether `response` is a hit's whole, and nothing that a condition or a function made."""
    whole = response.status == 200 and response.body is outcome.response.body
    return whole and outcome.hit is not None and request.method == "GET"
