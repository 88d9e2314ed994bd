from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonata
import pytest

from spool.errors import Superseded, Throttled, Transient
from stacks import ROOT
from tests.infrastructure.cloud import Cloud, Resource
from tests.infrastructure.edges import definition, tasks

LAMBDA_HICCUPS = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
}
THROTTLED = ["Lambda.TooManyRequestsException", Throttled.__name__]
MOST_TRANSITIONS = 8


@pytest.fixture
def machine(cloud: Cloud) -> Resource:
    (machine,) = cloud.resources("AWS::StepFunctions::StateMachine")
    return machine


@pytest.fixture
def pipeline(machine: Resource) -> dict[str, Any]:
    return definition(machine)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "state_machines").glob("*.json")), ids=lambda f: f.name
)
def test_the_file_is_json_with_its_tokens_in_quotes(file: Path) -> None:
    json.loads(file.read_text())


def test_every_token_is_supplied_and_used(machine: Resource) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", machine.properties["DefinitionString"]))
    assert used == set(machine.properties["DefinitionSubstitutions"])


def test_it_is_logged_and_traced(machine: Resource) -> None:
    assert machine.properties["StateMachineType"] == "STANDARD"
    assert machine.properties["TracingConfiguration"] == {"Enabled": True}
    assert machine.properties["LoggingConfiguration"]["Level"] == "ALL"


def test_every_state_says_what_it_is_for(pipeline: dict[str, Any]) -> None:
    assert [name for name, state in states(pipeline) if not state.get("Comment")] == []


def test_each_task_ends_whatever_happens(pipeline: dict[str, Any]) -> None:
    for name, task in tasks(pipeline).items():
        assert task["TimeoutSeconds"] > 0, name
        assert task["Retry"], name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_a_task_outlasts_its_function(cloud: Cloud, pipeline: dict[str, Any]) -> None:
    """Else the state ends while its function still works, and a retry would work beside it."""
    for name, task in invocations(pipeline).items():
        arn = task["Arguments"]["FunctionName"].rpartition(":")[0]
        function = cloud.by_arn(arn, "AWS::Lambda::Function")
        assert task["TimeoutSeconds"] > function.properties["Timeout"], name


def test_only_what_may_pass_is_retried(pipeline: dict[str, Any]) -> None:
    for name, task in invocations(pipeline).items():
        hiccups, throttled = task["Retry"]
        assert set(hiccups["ErrorEquals"]) == LAMBDA_HICCUPS | {Transient.__name__}, name
        assert throttled["ErrorEquals"] == THROTTLED, name
        for retrier in task["Retry"]:
            assert retrier["BackoffRate"] > 1, name
            assert retrier["JitterStrategy"] == "FULL", name


def test_more_uploads_than_the_accounts_concurrency_wait_and_do_not_fail(
    pipeline: dict[str, Any],
) -> None:
    """A new account runs ten functions at once, and each of a thousand uploads is a run."""
    for name, task in invocations(pipeline).items():
        throttled = next(r for r in task["Retry"] if r["ErrorEquals"] == THROTTLED)
        waits = (
            min(throttled["IntervalSeconds"] * throttled["BackoffRate"] ** n, 60)
            for n in range(throttled["MaxAttempts"])
        )
        assert throttled["MaxDelaySeconds"] == 60, name
        assert sum(waits) / 2 > 20 * 60, name  # full jitter: half of each, on the average


def test_a_failure_without_a_cause_still_ends_with_its_own_error(pipeline: dict[str, Any]) -> None:
    """Step Functions fails the expression whose value is undefined, and so the error's name."""
    expression = pipeline["States"]["failed"]["Cause"].removeprefix("{%").removesuffix("%}")
    cause = jsonata.Jsonata(expression)
    for error, expected in (
        ({"Error": "States.Timeout"}, ""),
        ({"Error": "E", "Cause": "why"}, "why"),
    ):
        frame = cause.create_frame()
        frame.bind("failure", {"error": error})
        assert cause.evaluate(None, frame) == expected


def test_a_run_that_was_overtaken_touches_nothing(pipeline: dict[str, Any]) -> None:
    for name, state in pipeline["States"].items():
        if state["Type"] == "Parallel" or name in invocations(pipeline):
            assert state["Catch"][0]["ErrorEquals"] == [Superseded.__name__], name
            assert state["Catch"][0]["Next"] == "superseded", name
    assert pipeline["States"]["superseded"]["Type"] == "Succeed"


def test_functions_states_bear_their_folders_names(cloud: Cloud, pipeline: dict[str, Any]) -> None:
    for name, task in invocations(pipeline).items():
        arn = task["Arguments"]["FunctionName"].rpartition(":")[0]
        handler = cloud.by_arn(arn, "AWS::Lambda::Function").properties["Handler"]
        folder = "write_manifest" if name == "mark_failed" else name
        assert handler == f"{folder}.handler.handler"


def test_functions_are_called_by_version_so_that_a_deploy_changes_no_running_work(
    pipeline: dict[str, Any],
) -> None:
    for name, task in invocations(pipeline).items():
        assert re.search(r":function:[^:]+:\d+$", task["Arguments"]["FunctionName"]), name


def test_old_versions_stay_for_the_executions_that_began_with_them(cloud: Cloud) -> None:
    for version in cloud.resources("AWS::Lambda::Version"):
        assert version.body["UpdateReplacePolicy"] == "Retain", version.name
        # But for a deployment that is rolled back: its version, published already, would have
        # Lambda refuse to publish the same code when it is deployed again.
        assert version.body["DeletionPolicy"] == "RetainExceptOnCreate", version.name


def test_one_image_costs_few_transitions(pipeline: dict[str, Any]) -> None:
    assert happy_path(pipeline) <= MOST_TRANSITIONS


def states(machine: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine["States"].items():
        yield name, state
        for branch in state.get("Branches", []):
            yield from states(branch)


def invocations(machine: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: task for name, task in tasks(machine).items() if "FunctionName" in task["Arguments"]
    }


def happy_path(machine: Mapping[str, Any]) -> int:
    """States entered when nothing fails, and the start, which is billed too."""
    entered, name = 1, machine["StartAt"]
    while name:
        state = machine["States"][name]
        entered += 1 + sum(happy_path(branch) - 1 for branch in state.get("Branches", []))
        name = state.get("Next")
    return entered
