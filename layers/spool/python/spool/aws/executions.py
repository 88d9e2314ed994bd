"""Executions of the `asset_pipeline` state machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.errors import NotFound
from spool.events import Run
from spool.services.run_ports import HistoryEvent

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import GetExecutionHistoryInputTypeDef

PAGE = 1000  # events, the most that Step Functions gives at once
PAGES = 10  # a thousand looks at MediaConvert's job

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True, kw_only=True)
class StepFunctionsExecutions:
    """Implements `run_ports.Executions` and `run_ports.ExecutionHistory`."""

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

    def history(self, name: str) -> tuple[Sequence[HistoryEvent], bool]:
        events: list[HistoryEvent] = []
        complete = False
        try:
            for page in self._pages(execution_arn(self.state_machine_arn, name)):
                events += map(_event, page["events"])
                complete = "nextToken" not in page
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                raise NotFound(f"There is no execution {name}.") from error
            raise
        return events, complete

    def place(self, name: str) -> Mapping[str, str]:
        arn = execution_arn(self.state_machine_arn, name)
        return {"arn": arn, "url": console_url(arn)}

    def _pages(self, arn: str) -> Iterator[Mapping[str, Any]]:
        """Without the states' input and output, which name users' files."""
        request: GetExecutionHistoryInputTypeDef = {
            "executionArn": arn,
            "maxResults": PAGE,
            "includeExecutionData": False,
        }
        for _ in range(PAGES):
            page = self.client().get_execution_history(**request)
            yield page
            if "nextToken" not in page:
                return
            request["nextToken"] = page["nextToken"]


def execution_arn(state_machine_arn: str, name: str) -> str:
    """`state_machine_arn` may name a version or an alias, which its executions' ARNs don't."""
    *service, _, machine = state_machine_arn.split(":")[:7]
    return ":".join([*service, "execution", machine, name])


def console_url(arn: str) -> str:
    """The page of this execution in AWS's console, for an operator who is signed in there."""
    _, partition, _, region, *_ = arn.split(":")
    page = f"https://{region}.{_CONSOLES[partition]}/states/home?region={region}"
    return f"{page}#/v2/executions/details/{arn}"


def _event(record: Mapping[str, Any]) -> HistoryEvent:
    details: Mapping[str, Any] = next(
        (value for field, value in record.items() if field.endswith("EventDetails")), {}
    )
    return HistoryEvent(
        id=record["id"],
        previous_id=record.get("previousEventId", 0),
        type=record["type"],
        at=record["timestamp"],
        name=details.get("name", details.get("state")),
        error=details.get("error"),
        cause=details.get("cause"),
    )
