from __future__ import annotations

import json
import sys
import time
from typing import Any

from ministack.services import stepfunctions

from local.emulator.corrections import execution_history

BRANCHES = [
    {
        "StartAt": "look",
        "States": {
            "look": {"Type": "Pass", "Next": "nap"},
            "nap": {"Type": "Wait", "Seconds": 0.05, "Next": "done"},
            "done": {"Type": "Succeed"},
        },
    },
    {
        "StartAt": "doze",
        "States": {
            "doze": {"Type": "Wait", "Seconds": 0.02, "Next": "fall"},
            "fall": {"Type": "Fail", "Error": "Tripped"},
        },
    },
]
LATE_FAILURE = {
    "StartAt": "nap",
    "States": {
        "nap": {"Type": "Wait", "Seconds": 0.2, "Next": "fall"},
        "fall": {"Type": "Fail", "Error": "Tripped"},
    },
}
CATCH = [{"ErrorEquals": ["Tripped"], "Next": "end"}]
STATES = {
    "both": {"Type": "Parallel", "Branches": BRANCHES, "Catch": CATCH, "End": True},
    "end": {"Type": "Succeed"},
}


def started(name: str, first: str, states: dict[str, Any]) -> dict[str, Any]:
    """An execution of a state machine of its own, under way."""
    arn = f"arn:aws:states:us-east-1:000000000000:stateMachine:{name}"
    definition = json.dumps({"StartAt": first, "States": states})
    machine = {
        "name": name,
        "definition": definition,
        "roleArn": "arn:aws:iam::000000000000:role/a",
    }
    stepfunctions._state_machines[arn] = {**machine, "stateMachineArn": arn}
    begun = stepfunctions._start_execution({"stateMachineArn": arn})
    execution: dict[str, Any] = stepfunctions._executions[json.loads(begun[2])["executionArn"]]
    return execution


def ended(execution: dict[str, Any], last: str) -> list[str]:
    """What its history says, each event behind the one that it follows; sorted, since branches
    write at the same time."""
    events = execution["events"]
    while not any(event["type"] == last for event in events):
        time.sleep(0.01)
    names = {0: "", **{event["id"]: _name(event) for event in events}}
    follows = [(names[event.get("previousEventId", 0)], _name(event)) for event in events]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    return sorted(" > ".join(pair) for pair in follows)


def stopped(name: str, within: str) -> list[str]:
    """How an execution ends that is stopped within a state, which then fails: the types of its
    events, and its status."""
    states = {"one": {"Type": "Parallel", "Branches": [LATE_FAILURE], "End": True}}
    execution = started(name, "one", states)
    while execution["events"][-1]["type"] != within:
        time.sleep(0.01)
    stepfunctions._stop_execution({"executionArn": execution["executionArn"]})
    time.sleep(0.5)
    return [*(event["type"] for event in execution["events"]), execution["status"]]


def _name(event: dict[str, Any]) -> str:
    details: dict[str, Any] = next(
        (value for key, value in event.items() if key.endswith("Details")), {}
    )
    words = event["type"].replace("State", "").removeprefix("Execution")
    return f"{details['name']} {words}" if "name" in details else str(words)


if __name__ == "__main__":
    before = [
        ended(started("before", "both", STATES), "ExecutionSucceeded"),
        stopped("stopped-before", "ParallelStateEntered"),
    ]
    execution_history.apply()
    after = [
        ended(started("after", "both", STATES), "ExecutionSucceeded"),
        stopped("stopped-after", "WaitStateEntered"),
    ]
    json.dump([before, after], sys.stdout)
