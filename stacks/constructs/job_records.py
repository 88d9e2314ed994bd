"""What keeps the records and statistics of jobs, by the news of assets."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from record_jobs.settings import RecordJobsSettings
from spool.events import STATUS_CHANGED
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.work_queue import WorkQueue

TIMEOUT = Duration.seconds(30)
CONCURRENCY = 2  # an organisation's counters are few items: more would wait for each other


class JobRecords(WorkQueue):
    """News of what became of a run waits in `queue` for `record_jobs`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        bus: events.IEventBus,
        table: dynamodb.ITable,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=TIMEOUT)
        of_a_run = {"jobChange": {"rev": [{"exists": True}]}}
        self.hear(bus, "JobChanged", STATUS_CHANGED, detail=of_a_run)
        function = Function(
            self,
            "record_jobs",
            deploy=deploy,
            settings=RecordJobsSettings(
                table_name=table.table_name, job_retention_days=deploy.job_retention_days
            ),
            layers=layers.of(),
            timeout=TIMEOUT,
        )
        function.allow("dynamodb:PutItem", "dynamodb:UpdateItem", on=[table.table_arn])
        self.feed(function, concurrency=CONCURRENCY)
