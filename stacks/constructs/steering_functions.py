"""The API's functions that steer: assets, their runs, and the processing of many anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from manage_assets.settings import ManageAssetsSettings
from manage_jobs.settings import ManageJobsSettings
from manage_reprocessings.settings import ManageReprocessingsSettings
from manage_webhooks.settings import ManageWebhooksSettings
from spool.indexes import LISTS
from spool.settings import Settings
from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge_executions
from stacks.constructs.cursor_key import CursorKey
from stacks.constructs.function import Function
from stacks.storage import StorageStack


@dataclass(frozen=True, kw_only=True)
class SteeringFunctions:
    """`make` declares a function of the API by its name and settings; `intake` and `reprocessing`
    are the queues of what is to be processed and of requests to process many, `webhooks` that of
    deliveries."""

    deploy: DeploySettings
    storage: StorageStack
    machine: sfn.StateMachine
    intake: sqs.IQueue
    reprocessing: sqs.IQueue
    webhooks: sqs.IQueue
    cursor_key: CursorKey
    make: Callable[[str, Settings], Function]

    def manage_assets(self) -> Function:
        function = self.make(
            "manage_assets",
            ManageAssetsSettings(
                table_name=self.storage.table.table_name,
                originals_bucket=self.storage.originals.bucket_name,
                intake_queue_url=self.intake.queue_url,
                private_content=self.deploy.private_content,
            ),
        )
        self._let_change(function)
        function.allow("sqs:SendMessage", on=[self.intake.queue_arn])
        return function

    def manage_jobs(self) -> Function:
        table = self.storage.table.table_arn
        function = self.make(
            "manage_jobs",
            ManageJobsSettings(
                table_name=self.storage.table.table_name,
                originals_bucket=self.storage.originals.bucket_name,
                state_machine_arn=self.machine.state_machine_arn,
                intake_queue_url=self.intake.queue_url,
                cursor_secret=self.cursor_key.arn,
            ),
        )
        self._let_change(function)
        function.allow("dynamodb:BatchGetItem", on=[table])
        function.allow("dynamodb:Query", on=[f"{table}/index/{index.name}" for index in LISTS])
        function.allow("sqs:SendMessage", on=[self.intake.queue_arn])
        self._let_read_histories(function)
        self.cursor_key.read_by(function)
        return function

    def manage_reprocessings(self) -> Function:
        function = self.make(
            "manage_reprocessings",
            ManageReprocessingsSettings(
                table_name=self.storage.table.table_name,
                queue_url=self.reprocessing.queue_url,
            ),
        )
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=[self.storage.table.table_arn])
        function.allow("sqs:SendMessage", on=[self.reprocessing.queue_arn])
        return function

    def manage_webhooks(self) -> Function:
        function = self.make(
            "manage_webhooks",
            ManageWebhooksSettings(
                table_name=self.storage.table.table_name,
                cursor_secret=self.cursor_key.arn,
                webhooks_queue_url=self.webhooks.queue_url,
            ),
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            on=[self.storage.table.table_arn],
        )
        function.allow("sqs:SendMessage", on=[self.webhooks.queue_arn])
        self.cursor_key.read_by(function)
        return function

    def _let_change(self, function: Function) -> None:
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self.storage.table.table_arn])

    def _let_read_histories(self, function: Function) -> None:
        executions = Stack.of(function).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        function.allow("states:GetExecutionHistory", on=[executions])
        acknowledge_executions(
            function.role,
            self.machine,
            "Executions are named as uploads come; the ARN names their state machine.",
        )
