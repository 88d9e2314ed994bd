"""`/jobs`: list runs, look at one, cancel it, try it again; their statistics."""

from __future__ import annotations

from functools import cache

from manage_jobs.request import JobsQuery, StatisticsQuery
from manage_jobs.settings import ManageJobsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.executions import StepFunctionsExecutions
from spool.aws.jobs import DynamoJobs
from spool.aws.reprocessing import reprocessing
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.transcodes import DynamoTranscodes
from spool.errors import Conflict, NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.cursors import Cursors
from spool.services.jobs import JobDesk
from spool.services.steering import Canceller, Reprocessing

routes = Routes(ManageJobsSettings)


@cache
def desk() -> JobDesk:
    settings = ManageJobsSettings.from_environment()
    table = settings.table_name
    return JobDesk(
        catalogue=DynamoCatalogue(table=table, clock=utc_now),
        transcodes=DynamoTranscodes(table=table),
        jobs=DynamoJobs(table=table),
        history=StepFunctionsExecutions(state_machine_arn=settings.state_machine_arn),
        bucket=settings.originals_bucket,
        cursors=Cursors(Secret(settings.cursor_secret).text),
        clock=utc_now,
    )


@cache
def canceller() -> Canceller:
    table = ManageJobsSettings.from_environment().table_name
    return Canceller(
        catalogue=DynamoCatalogue(table=table, clock=utc_now),
        transcodes=DynamoTranscodes(table=table),
        clock=utc_now,
    )


@cache
def reprocessor() -> Reprocessing:
    settings = ManageJobsSettings.from_environment()
    return reprocessing(
        table=settings.table_name,
        bucket=settings.originals_bucket,
        intake=settings.intake_queue_url,
    )


@routes.add("GET /jobs", role=Role.VIEWER, answer="JobPage")
def list_jobs(caller: Member, query: JobsQuery) -> Response:
    """The organisation's runs of the pipeline, the last queued first."""
    return Response(body=desk().page(query.query(caller.org_id), query.cursor))


@routes.add("GET /jobs/stats", role=Role.VIEWER, answer="JobStatistics")
def get_statistics(caller: Member, query: StatisticsQuery) -> Response:
    """How many jobs are under way, what became of those of some days, and how long they took."""
    return Response(body=desk().statistics(caller.org_id, *query.span()))


@routes.add("GET /jobs/{id}", role=Role.VIEWER, answer="JobDetail", refuses=[NotFound])
def get_job(caller: Member, job_id: str) -> Response:
    """How far a run is, and when it did what: its id is `{mediaId}.{versionNumber}.{attempt}`."""
    return Response(body=desk().read(caller.org_id, job_id))


@routes.add(
    "POST /jobs/{id}",
    role=Role.EDITOR,
    answer="JobView",
    statuses=[202],
    refuses=[Conflict, NotFound],
)
def retry_job(caller: Member, job_id: str) -> Response:
    """Try a failed run again, as a new job, which is answered with."""
    return Response(status=202, body=reprocessor().retry(caller.org_id, job_id))


@routes.add(
    "DELETE /jobs/{id}",
    role=Role.EDITOR,
    answer="JobView",
    statuses=[202],
    refuses=[Conflict, NotFound],
)
def cancel_job(caller: Member, job_id: str) -> Response:
    """Cancel a run, and its transcoding."""
    return Response(status=202, body=canceller().cancel(caller.org_id, job_id))


handler = routes.handler()
