"""`/reprocessings`: have many assets processed anew, and see how far that is."""

from __future__ import annotations

from functools import cache
from uuid import uuid4

from manage_reprocessings.request import SelectionBody
from manage_reprocessings.settings import ManageReprocessingsSettings
from spool.aws.batches import DynamoBatches, SqsBatchQueue
from spool.aws.routes import Routes
from spool.errors import NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.batches import BatchDesk

routes = Routes(ManageReprocessingsSettings)


@cache
def desk() -> BatchDesk:
    settings = ManageReprocessingsSettings.from_environment()
    return BatchDesk(
        batches=DynamoBatches(table=settings.table_name, clock=utc_now),
        queue=SqsBatchQueue(queue_url=settings.queue_url),
        clock=utc_now,
        new_id=lambda: f"reprocessing_{uuid4().hex}",
    )


@routes.add("POST /reprocessings", role=Role.ADMIN, answer="ReprocessingView", statuses=[202])
def start_reprocessing(caller: Member, body: SelectionBody) -> Response:
    """Process anew all assets that are ready or failed, and that these name."""
    return Response(status=202, body=desk().start(caller.org_id, body.selection()))


@routes.add(
    "GET /reprocessings/{id}", role=Role.VIEWER, answer="ReprocessingView", refuses=[NotFound]
)
def get_reprocessing(caller: Member, batch_id: str) -> Response:
    """How many assets have been queued so far; their jobs are in the list of jobs."""
    return Response(body=desk().read(caller.org_id, batch_id))


handler = routes.handler()
