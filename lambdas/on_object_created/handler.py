"""S3's Object Created events, from the intake queue: queue each version and start its run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from on_object_created.settings import OnObjectCreatedSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.executions import StepFunctionsExecutions
from spool.aws.runtime import begin, count
from spool.errors import Superseded
from spool.events import ObjectCreated
from spool.keys import RECIPE, InvalidKey
from spool.model import utc_now
from spool.services.intake import Intake
from spool.settings import names


@cache
def intake() -> Intake:
    settings = OnObjectCreatedSettings.from_environment()
    return Intake(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        executions=StepFunctionsExecutions(state_machine_arn=settings.state_machine_arn),
        recipe=RECIPE,
        private_projects=names(settings.private_projects),
        clock=utc_now,
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """What failed stays in the queue and, after its last try, lands in the dead-letter queue."""
    failed = [record["messageId"] for record in event["Records"] if not _taken(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _taken(record: Mapping[str, Any]) -> bool:
    log = begin(message_id=record["messageId"])
    try:
        run = intake().admit(ObjectCreated.from_event(json.loads(record["body"])))
    except InvalidKey as error:  # no retry can mend a key: dropped, and counted
        log.warning(str(error))
        count("KeyOutsideScheme")
    except Superseded as error:
        log.info(str(error))
    except Exception:
        log.exception("The event could not be taken.")
        return False
    else:
        log.set_correlation_id(run.correlation_id)
        log.info("started", media_id=run.media_id, tag=run.tag, attempt=run.attempt)
    return True
