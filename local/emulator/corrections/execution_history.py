"""An execution's history says which event follows which, and what the branches of a Parallel enter.

MiniStack gives no `previousEventId` and records no states inside of Parallel and Map. When an
execution was stopped, it goes on to record what the running state does, and if that fails, the
execution has failed. Documented in
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions

Execution = dict[str, Any]
Details = dict[str, Any]

_ENDS = {"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
_NO_EXIT = {"Fail"}  # Step Functions has no event for it

# The execution's ARN and its last event, in this branch: branches run in copies of the context.
_last: ContextVar[tuple[str, int]] = ContextVar("last", default=("", 0))
_writing = threading.Lock()  # an event's id is the number of events


class Recorded:
    """The states of a branch, which is looked up once for each state that is entered."""

    def __init__(self, states: dict[str, Any], execution: Execution) -> None:
        self._states, self._execution = states, execution
        self._entered: tuple[str, str] | None = None

    def get(self, name: str) -> Any:
        self.leave()
        state = self._states.get(name)
        if state is not None:
            self._entered = name, str(state.get("Type"))
            self._record("Entered", *self._entered)
        return state

    def leave(self) -> None:
        if self._entered is not None and self._entered[1] not in _NO_EXIT:
            self._record("Exited", *self._entered)
        self._entered = None

    def _record(self, step: str, name: str, kind: str) -> None:
        details = {f"state{step}EventDetails": {"name": name}}
        stepfunctions._add_event(self._execution, f"{kind}State{step}", details)


def apply() -> None:
    add, fail = stepfunctions._add_event, stepfunctions._fail_execution
    run_branch = stepfunctions._run_sub_machine

    def add_in_order(execution: Execution, event_type: str, details: Details | None = None) -> Any:
        arn, last = execution["executionArn"], _last.get()
        previous = {"previousEventId": last[1] if last[0] == arn else 0}
        with _writing:
            events = execution["events"]
            if events and events[-1]["type"] in _ENDS:
                return None
            event = add(execution, event_type, {**(details or {}), **previous})
        _last.set((arn, event["id"]))
        return event

    def run_recorded(states: Any, start: str, data: Any, execution: Execution, ctx: Any) -> Any:
        recorded = Recorded(states, execution)
        output = run_branch(recorded, start, data, execution, ctx)
        recorded.leave()
        return output

    def fail_if_running(execution: Execution, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    stepfunctions._add_event = add_in_order
    stepfunctions._fail_execution = fail_if_running
    stepfunctions._run_sub_machine = run_recorded
