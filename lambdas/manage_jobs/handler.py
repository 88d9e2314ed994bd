"""`/jobs/{id}`: how far a run is, and its cancellation."""

from __future__ import annotations

from functools import cache

from manage_jobs.settings import ManageJobsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.routes import Routes
from spool.aws.transcodes import DynamoTranscodes
from spool.errors import Conflict, NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.jobs import JobDesk

routes = Routes(ManageJobsSettings)


@cache
def desk() -> JobDesk:
    settings = ManageJobsSettings.from_environment()
    return JobDesk(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        transcodes=DynamoTranscodes(table=settings.table_name),
    )


@routes.add("GET /jobs/{id}", role=Role.VIEWER, answer="JobView", refuses=[NotFound])
def get_job(caller: Member, job_id: str) -> Response:
    """How far a run is: a job's id is `{mediaId}.{versionNumber}.{attempt}`."""
    return Response(body=desk().read(caller.org_id, job_id))


@routes.add(
    "DELETE /jobs/{id}",
    role=Role.EDITOR,
    answer="JobView",
    statuses=[202],
    refuses=[Conflict, NotFound],
)
def cancel_job(caller: Member, job_id: str) -> Response:
    """Cancel a transcoding."""
    return Response(status=202, body=desk().cancel(caller.org_id, job_id))


handler = routes.handler()
