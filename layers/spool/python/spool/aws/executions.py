"""Executions of the `asset_pipeline` state machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.events import Run

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, kw_only=True)
class StepFunctionsExecutions:
    """Implements `ports.Executions`."""

    state_machine_arn: str
    client: Callable[[], SFNClient] = clients.stepfunctions

    def start(self, name: str, run: Run) -> None:
        try:
            self.client().start_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(run.to_dict())
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise
