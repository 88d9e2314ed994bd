"""`/jobs/{id}`: how far a run is, and its cancellation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from manage_jobs.settings import ManageJobsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.runtime import http_function
from spool.aws.transcodes import DynamoTranscodes
from spool.http import Request, Response
from spool.model import utc_now
from spool.services.jobs import JobDesk


@cache
def desk() -> JobDesk:
    settings = ManageJobsSettings.from_environment()
    return JobDesk(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        transcodes=DynamoTranscodes(table=settings.table_name),
    )


def read(request: Request, job_id: str) -> Response:
    return Response(body=desk().read(request.org_id, job_id))


def cancel(request: Request, job_id: str) -> Response:
    return Response(status=202, body=desk().cancel(request.org_id, job_id))


ROUTES: Mapping[str, Callable[[Request, str], Response]] = {
    "GET /jobs/{id}": read,
    "DELETE /jobs/{id}": cancel,
}


@http_function
def handler(request: Request) -> Response:
    return ROUTES[request.route](request, request.parameters["id"])
