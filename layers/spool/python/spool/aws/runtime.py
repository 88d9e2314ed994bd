"""What wraps every handler: the logger with its correlation id, metrics, and errors as answers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from spool.errors import MediaError, Misconfigured, RequestError, Superseded
from spool.http import Request, Response, internal_error, problem, unavailable

Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@cache
def logger() -> Logger:
    """JSON logs under the service name and at the level that the stack gave the function.

    Powertools prefers the level of Lambda's own filter, which is never above INFO: Lambda takes a
    line without a level for INFO, and metrics are such lines.
    """
    log = Logger()
    logging.getLogger(log.name).setLevel(os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO"))
    return log


def begin(correlation_id: str | None = None, **keys: object) -> Logger:
    """The logger of one piece of work: what earlier ones left in it is gone."""
    log = logger()
    log.clear_state()
    log.set_correlation_id(correlation_id)
    log.append_keys(**keys)
    return log


def count(name: str, **dimensions: str) -> None:
    """One more of `name`, as a CloudWatch metric (EMF, in the log)."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)


def http_function(route: Callable[[Request], Response]) -> Handler:
    """A handler of HTTP events. Errors become problems; the request's id is the correlation id."""

    @wraps(route)
    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        request = Request.from_event(event)
        log = begin(request.id)
        try:
            response = route(request)
        except RequestError as error:
            log.info(str(error), code=error.code)
            response = problem(error, request.id)
        except Misconfigured as error:
            log.error(str(error))  # noqa: TRY400  what to do is said; where it was found is no help
            count("RequestFailed")
            response = unavailable(error, request.id)
        except Exception:
            log.exception("The request failed.")
            count("RequestFailed")
            response = internal_error(request.id)
        log.info("answered", route=request.route, status=response.status)
        return response.to_event()

    return handler


def queue_function(work: Callable[[Mapping[str, Any], Any], None]) -> Handler:
    """A handler of SQS messages: `work` is given each, as a record of Lambda's event, and Lambda's
    context. A message whose work raises goes back to the queue, and after its last try to the
    dead-letter queue."""

    def is_done(record: Mapping[str, Any], context: object) -> bool:
        log = begin(message_id=record["messageId"])
        try:
            work(record, context)
        except Exception:
            log.exception("The message goes back to the queue.")
            return False
        return True

    @wraps(work)
    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        failed = [r["messageId"] for r in event["Records"] if not is_done(r, context)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    return handler


def state(work: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Handler:
    """A handler of a state of `asset_pipeline`: `work` is given the run, and what states added."""

    @wraps(work)
    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        log = begin(
            event["correlationId"],
            media_id=event["mediaId"],
            tag=event["tag"],
            attempt=event["attempt"],
        )
        try:
            result = work(event)
        except MediaError as error:
            log.warning(str(error), code=error.code)
            raise
        except Superseded as error:
            log.info(str(error))
            raise
        except Exception:
            log.exception("The state failed.")
            raise
        log.info("done", result=result)
        return result

    return handler
