"""What a run did and when: its stages, out of the history of its execution.

A stage is a Task state of `asset_pipeline.asl.json`. An event is its state's that says so, and else
that of the event it follows, since the branches of a Parallel write between each other's lines.
Types of events: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from spool.errors import AssetErrorCode
from spool.model import timestamp
from spool.services.failures import Failure
from spool.services.run_ports import HistoryEvent

_POLLING = dict.fromkeys(
    ("wait_for_mediaconvert", "wait_mediaconvert", "mediaconvert_done"), "wait_mediaconvert"
)
_SCHEDULED = {"TaskScheduled", "LambdaFunctionScheduled"}
_FAILURE = re.compile(r"(?:Task|LambdaFunction)(?:\w*Failed|TimedOut)|EvaluationFailed")
_END = re.compile(r"Execution(?:Succeeded|Failed|Aborted|TimedOut)")


class StageStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"


@dataclass(frozen=True, kw_only=True)
class StageError:
    """`name` is the error's class. Code and sentence are those of the asset's error, and there only
    where the upload was at fault: others' may tell of the inside."""

    name: str
    code: AssetErrorCode | None = None
    message: str | None = None

    @classmethod
    def of(cls, event: HistoryEvent) -> Self:
        name = event.error or "States.TaskFailed"
        failure = Failure.from_state({"Error": name, "Cause": event.cause or ""})
        if not failure.permanent:
            return cls(name=name)
        return cls(name=name, code=failure.code, message=failure.message)

    def to_dict(self) -> dict[str, str | None]:
        return {"name": self.name, "code": self.code, "message": self.message}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`looks` is how often it was entered: once, but for the polling of MediaConvert, which is one
    stage from the first wait to the last look. `attempts` and `error` are the last look's: how
    often its function was called, and the last failure, also where another attempt succeeded."""

    name: str
    started_at: datetime
    ended_at: datetime | None = None
    status: StageStatus = StageStatus.RUNNING
    attempts: int = 0
    looks: int = 0
    error: StageError | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "startedAt": timestamp(self.started_at),
            "endedAt": None if self.ended_at is None else timestamp(self.ended_at),
            "status": self.status,
            "attempts": self.attempts,
            "looks": self.looks,
            "error": None if self.error is None else self.error.to_dict(),
        }

    def entered(self, event: HistoryEvent) -> Stage:
        again = replace(self, ended_at=None, status=StageStatus.RUNNING)
        if event.type != "TaskStateEntered":
            return again
        return replace(again, attempts=0, looks=self.looks + 1, error=None)

    def followed(self, event: HistoryEvent, previous: HistoryEvent | None) -> Stage:
        """`previous` is the event that `event` names as such."""
        if event.type in _SCHEDULED:
            return replace(self, attempts=self.attempts + 1)
        if _FAILURE.fullmatch(event.type):
            return replace(self, error=StageError.of(event))
        if event.type.endswith("StateAborted"):
            return replace(self, ended_at=event.at, status=StageStatus.ABORTED)
        if event.type.endswith("StateExited"):
            caught = previous is not None and _FAILURE.fullmatch(previous.type)
            status = StageStatus.FAILED if caught else StageStatus.SUCCEEDED
            return replace(self, ended_at=event.at, status=status)
        return self

    def cut_off(self, end: HistoryEvent) -> Stage:
        """As it is once the execution has ended."""
        if self.ended_at is not None:
            return self
        failed = end.type == "ExecutionFailed"
        status = StageStatus.FAILED if failed else StageStatus.ABORTED
        return replace(self, ended_at=end.at, status=status)


def stages(events: Iterable[HistoryEvent]) -> list[Stage]:
    """In the order in which they began."""
    ordered = sorted(events, key=lambda event: event.id)
    before = {event.id: event for event in ordered}
    found: dict[str, Stage] = {}
    for event, state in _with_states(ordered):
        name = _POLLING.get(state, state)
        if _END.fullmatch(event.type):
            found = {name: stage.cut_off(event) for name, stage in found.items()}
        elif event.type == "TaskStateEntered" or _begins_polling(event):
            stage = found.get(name, Stage(name=name, started_at=event.at))
            found[name] = stage.entered(event)
        elif name in found:
            found[name] = found[name].followed(event, before.get(event.previous_id))
    return sorted(found.values(), key=lambda stage: (stage.started_at, stage.name))


def _begins_polling(event: HistoryEvent) -> bool:
    return event.type.endswith("StateEntered") and event.name in _POLLING


def _with_states(ordered: Iterable[HistoryEvent]) -> Iterable[tuple[HistoryEvent, str]]:
    """Each event and its state's name; none has the execution's own."""
    states: dict[int, str] = {}
    for event in ordered:
        states[event.id] = event.name or states.get(event.previous_id, "")
        yield event, states[event.id]
