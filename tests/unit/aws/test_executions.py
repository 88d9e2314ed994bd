"""Histories as Step Functions answers them, checked against its model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from spool.aws import clients
from spool.aws.executions import (
    PAGE,
    PAGES,
    StepFunctionsExecutions,
    console_url,
    execution_arn,
)
from spool.errors import NotFound
from spool.services.run_ports import HistoryEvent

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:asset_pipeline"
ARN = "arn:aws:states:eu-west-1:123456789012:execution:asset_pipeline:abc-1"
AT = datetime(2025, 1, 15, 10, tzinfo=UTC)
REQUEST = {"executionArn": ARN, "maxResults": PAGE, "includeExecutionData": False}


@pytest.fixture
def stub(aws: None) -> Iterator[Stubber]:
    with Stubber(clients.stepfunctions()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def event(number: int, kind: str, previous: int, **details: Any) -> dict[str, Any]:
    named = {"id": number, "type": kind, "previousEventId": previous, "timestamp": AT}
    return {**named, **details}


def read() -> tuple[list[HistoryEvent], bool]:
    events, complete = StepFunctionsExecutions(state_machine_arn=MACHINE).history("abc-1")
    return list(events), complete


def test_a_history_is_read_page_by_page_without_the_states_data(stub: Stubber) -> None:
    first = [
        event(1, "ExecutionStarted", 0, executionStartedEventDetails={"roleArn": "a:role"}),
        event(2, "TaskStateEntered", 0, stateEnteredEventDetails={"name": "probe_video"}),
    ]
    failure = {"resourceType": "lambda", "resource": "invoke", "error": "Corrupt", "cause": "{}"}
    second = [
        event(3, "TaskFailed", 2, taskFailedEventDetails=failure),
        event(4, "EvaluationFailed", 3, evaluationFailedEventDetails={"state": "write_manifest"}),
        event(5, "TaskStateExited", 4, stateExitedEventDetails={"name": "probe_video"}),
        event(6, "ExecutionTimedOut", 5),
    ]
    stub.add_response("get_execution_history", {"events": first, "nextToken": "more"}, REQUEST)
    stub.add_response("get_execution_history", {"events": second}, {**REQUEST, "nextToken": "more"})

    def seen(number: int, kind: str, previous: int, **more: str) -> HistoryEvent:
        return HistoryEvent(id=number, type=kind, previous_id=previous, at=AT, **more)

    assert read() == (
        [
            seen(1, "ExecutionStarted", 0),
            seen(2, "TaskStateEntered", 0, name="probe_video"),
            seen(3, "TaskFailed", 2, error="Corrupt", cause="{}"),
            seen(4, "EvaluationFailed", 3, name="write_manifest"),
            seen(5, "TaskStateExited", 4, name="probe_video"),
            seen(6, "ExecutionTimedOut", 5),
        ],
        True,
    )


def test_a_very_long_history_is_not_read_to_its_end(stub: Stubber) -> None:
    for page in range(PAGES):
        request = REQUEST if page == 0 else {**REQUEST, "nextToken": str(page)}
        answer = {"events": [event(page + 1, "TaskStarted", page)], "nextToken": str(page + 1)}
        stub.add_response("get_execution_history", answer, request)

    events, complete = read()

    assert ([event.id for event in events], complete) == ([*range(1, PAGES + 1)], False)


def test_an_execution_that_aws_has_forgotten_is_not_found(stub: Stubber) -> None:
    stub.add_client_error("get_execution_history", "ExecutionDoesNotExist", "no", 400)

    with pytest.raises(NotFound, match=r"There is no execution abc-1\."):
        read()


def test_another_refusal_is_an_error(stub: Stubber) -> None:
    stub.add_client_error("get_execution_history", "AccessDeniedException", "no", 400)

    with pytest.raises(ClientError, match="AccessDenied"):
        read()


@pytest.mark.parametrize("qualifier", ["", ":3", ":live"])
def test_an_execution_belongs_to_the_state_machine_whatever_its_version(qualifier: str) -> None:
    assert execution_arn(MACHINE + qualifier, "abc-1") == ARN


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_an_operator_finds_the_execution_in_the_console(
    partition: str, region: str, host: str
) -> None:
    arn = f"arn:{partition}:states:{region}:123456789012:execution:asset_pipeline:abc-1"

    page = f"https://{host}/states/home?region={region}#/v2/executions/details/{arn}"
    assert console_url(arn) == page
