"""S3's Object Created events, from the intake queue: queue each version and start its run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from on_object_created.settings import OnObjectCreatedSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.executions import StepFunctionsExecutions
from spool.aws.reconciliations import ReconciliationQueue
from spool.aws.runtime import count, logger, queue_function
from spool.errors import Superseded
from spool.events import ObjectCreated
from spool.keys import RECIPE, InvalidKey
from spool.model import utc_now
from spool.services.intake import Intake


@cache
def intake() -> Intake:
    settings = OnObjectCreatedSettings.from_environment()
    return Intake(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        executions=StepFunctionsExecutions(state_machine_arn=settings.state_machine_arn),
        reconciliations=ReconciliationQueue(queue_url=settings.reconciliation_queue_url),
        recipe=RECIPE,
        private_projects=settings.private_projects,
        clock=utc_now,
    )


@queue_function
def handler(record: Mapping[str, Any], _context: object) -> None:
    log = logger()
    try:
        run = intake().admit(ObjectCreated.from_event(json.loads(record["body"])))
    except InvalidKey as error:  # no retry can mend a key: dropped, and counted
        log.warning(str(error))
        count("KeyOutsideScheme")
    except Superseded as error:
        log.info(str(error))
    else:
        log.set_correlation_id(run.correlation_id)
        log.info("started", media_id=run.media_id, tag=run.tag, attempt=run.attempt)
