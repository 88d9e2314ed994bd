"""Histories as AWS writes them, and the stages that a user sees."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import AssetErrorCode, MediaError
from spool.model import timestamp
from spool.services.run_ports import HistoryEvent
from spool.services.timeline import Stage, StageError, StageStatus, stages
from stacks import ROOT

START = datetime(2025, 1, 15, 10, tzinfo=UTC)
SECRET = "arn:aws:iam::123456789012:role/secret"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class History:
    """Writes events one after another, a second apart; a branch begins `behind` an event."""

    def __init__(self) -> None:
        self.events: list[HistoryEvent] = []
        self._last = 0

    def add(self, kind: str, name: str | None = None, **more: Any) -> HistoryEvent:
        number = len(self.events) + 1
        event = HistoryEvent(
            id=number,
            previous_id=more.pop("behind", self._last),
            type=kind,
            at=at(number),
            name=name,
            **more,
        )
        self.events.append(event)
        self._last = number
        return event

    def enter(self, name: str, kind: str = "Task", **more: Any) -> HistoryEvent:
        return self.add(f"{kind}StateEntered", name, **more)

    def exit(self, name: str, kind: str = "Task") -> HistoryEvent:
        return self.add(f"{kind}StateExited", name)

    def attempt(self, outcome: str = "TaskSucceeded", **failure: str) -> HistoryEvent:
        self.add("TaskScheduled")
        self.add("TaskStarted")
        return self.add(outcome, **failure)

    def task(self, name: str) -> None:
        self.enter(name)
        self.attempt()
        self.exit(name)

    def look(self, *outcomes: str) -> None:
        """A wait, and a look that takes as many attempts as there are outcomes."""
        self.enter("wait_for_mediaconvert", "Wait")
        self.exit("wait_for_mediaconvert", "Wait")
        self.enter("wait_mediaconvert")
        for outcome in outcomes:
            self.attempt(outcome, error="Transient") if outcome == "TaskFailed" else self.attempt()
        self.exit("wait_mediaconvert")
        self.enter("mediaconvert_done", "Choice")
        self.exit("mediaconvert_done", "Choice")


def media_error(message: str) -> str:
    return json.dumps({"errorMessage": message, "stackTrace": [SECRET]})


def test_a_stage_lasts_from_its_states_entry_to_its_exit() -> None:
    history = History()
    history.add("ExecutionStarted")
    history.enter("inspect_original", behind=0)
    history.attempt()
    history.exit("inspect_original")
    history.enter("which_family", "Choice")
    history.exit("which_family", "Choice")
    history.task("probe_video")
    history.add("ExecutionSucceeded")

    assert [stage.to_dict() for stage in stages(history.events)] == [
        {
            "name": name,
            "startedAt": timestamp(at(start)),
            "endedAt": timestamp(at(start + 4)),
            "status": "succeeded",
            "attempts": 1,
            "looks": 1,
            "error": None,
        }
        for name, start in (("inspect_original", 2), ("probe_video", 9))
    ]


def test_a_run_that_has_hardly_begun_has_no_stages() -> None:
    assert stages([]) == []
    history = History()
    history.add("ExecutionStarted")
    assert stages(history.events) == []


def test_what_runs_has_no_end_and_tells_its_attempts() -> None:
    history = History()
    history.enter("probe_video")
    history.attempt("TaskFailed", error="Throttled", cause=SECRET)
    history.add("TaskScheduled")

    assert stages(history.events) == [
        Stage(
            name="probe_video",
            started_at=at(1),
            attempts=2,
            looks=1,
            error=StageError(name="Throttled"),
        )
    ]


def test_attempts_that_failed_before_one_succeeded_are_told() -> None:
    history = History()
    history.enter("write_manifest")
    history.attempt("TaskFailed", error="Transient", cause=SECRET)
    history.attempt("TaskTimedOut", error="States.Timeout")
    history.attempt()
    history.exit("write_manifest")

    [stage] = stages(history.events)

    assert (stage.status, stage.attempts) == (StageStatus.SUCCEEDED, 3)
    assert stage.error == StageError(name="States.Timeout")


@pytest.mark.parametrize("error", MediaError.__subclasses__())
def test_an_error_of_the_upload_is_told_as_the_asset_tells_it(error: type[MediaError]) -> None:
    history = History()
    history.enter("inspect_original")
    history.attempt("TaskFailed", error=error.__name__, cause=media_error("It is bad."))
    history.exit("inspect_original")  # as it does when the error is caught
    history.task("mark_failed")

    failed, marking = stages(history.events)

    assert (failed.status, failed.ended_at) == (StageStatus.FAILED, at(5))
    assert failed.to_dict()["error"] == {
        "name": error.__name__,
        "code": error.code,
        "message": "It is bad.",
    }
    assert (marking.name, marking.error) == ("mark_failed", None)


@pytest.mark.parametrize(
    ("kind", "error", "name"),
    [
        ("TaskFailed", "ClientError", "ClientError"),
        ("TaskFailed", "Superseded", "Superseded"),
        ("TaskStartFailed", None, "States.TaskFailed"),
        ("TaskSubmitFailed", "SQS.SqsException", "SQS.SqsException"),
        ("TaskTimedOut", "States.Timeout", "States.Timeout"),
        ("LambdaFunctionTimedOut", "States.Timeout", "States.Timeout"),
        ("LambdaFunctionScheduleFailed", "Lambda.Unknown", "Lambda.Unknown"),
        ("EvaluationFailed", "States.QueryEvaluationError", "States.QueryEvaluationError"),
    ],
)
def test_an_error_of_ours_is_told_by_its_name_alone(
    kind: str, error: str | None, name: str
) -> None:
    history = History()
    history.enter("collect_outputs")
    history.add(kind, error=error, cause=media_error(SECRET))
    history.exit("collect_outputs")

    [stage] = stages(history.events)

    assert stage.status == StageStatus.FAILED
    assert stage.to_dict()["error"] == {"name": name, "code": None, "message": None}


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("ExecutionAborted", StageStatus.ABORTED),
        ("ExecutionTimedOut", StageStatus.ABORTED),
        ("ExecutionFailed", StageStatus.FAILED),
    ],
)
def test_nothing_runs_on_when_the_execution_has_ended(end: str, status: StageStatus) -> None:
    history = History()
    history.task("inspect_original")
    history.enter("probe_video")
    history.add("TaskScheduled")
    history.add(end, behind=0)

    inspected, probed = stages(history.events)

    assert (probed.ended_at, probed.status) == (at(8), status)
    assert (inspected.ended_at, inspected.status) == (at(5), StageStatus.SUCCEEDED)


def test_polling_for_hours_is_one_stage() -> None:
    history = History()
    history.task("submit_mediaconvert")
    for _ in range(200):
        history.look("TaskSucceeded")
    history.task("collect_outputs")

    submitted, polled, collected = stages(history.events)

    assert (polled.name, polled.looks, polled.attempts) == ("wait_mediaconvert", 200, 1)
    assert submitted.ended_at is not None
    assert polled.started_at == submitted.ended_at + timedelta(seconds=1)
    assert polled.ended_at == collected.started_at - timedelta(seconds=1)
    assert polled.status == StageStatus.SUCCEEDED


def test_polling_goes_on_while_it_waits_for_the_next_look() -> None:
    history = History()
    history.enter("wait_for_mediaconvert", "Wait")
    [first] = stages(history.events)
    assert (first.name, first.looks, first.attempts) == ("wait_mediaconvert", 0, 0)

    history.exit("wait_for_mediaconvert", "Wait")
    history.look("TaskFailed", "TaskFailed", "TaskSucceeded")
    history.enter("wait_for_mediaconvert", "Wait")
    [second] = stages(history.events)

    assert (second.ended_at, second.status) == (None, StageStatus.RUNNING)
    assert (second.looks, second.attempts) == (1, 3)
    assert second.error == StageError(name="Transient")

    history.look("TaskSucceeded")
    [third] = stages(history.events)
    assert (third.looks, third.attempts, third.error) == (2, 1, None)


def test_polling_ends_with_the_look_that_fails() -> None:
    history = History()
    history.look("TaskSucceeded")
    history.enter("wait_for_mediaconvert", "Wait")
    history.exit("wait_for_mediaconvert", "Wait")
    history.enter("wait_mediaconvert")
    history.attempt("TaskFailed", error="Cancelled", cause=media_error("It was cancelled."))
    ended = history.exit("wait_mediaconvert")
    history.task("mark_failed")

    polled, _ = stages(history.events)

    assert (polled.ended_at, polled.status, polled.looks) == (ended.at, StageStatus.FAILED, 2)
    assert polled.error == StageError(
        name="Cancelled", code=AssetErrorCode.CANCELLED, message="It was cancelled."
    )


def test_a_branch_that_is_stopped_for_its_neighbours_sake_is_aborted() -> None:
    history = History()
    history.enter("process_image", "Parallel")
    started = history.add("ParallelStateStarted")
    history.enter("metadata_extract")
    running = history.add("TaskScheduled")
    history.enter("image_variants", behind=started.id)
    history.attempt("TaskFailed", error="Corrupt", cause=media_error("It is bad."))
    history.exit("image_variants")
    history.enter("variants_failed", "Fail")
    stopped = history.add("TaskStateAborted", behind=running.id)
    history.add("ParallelStateFailed", behind=stopped.id)
    history.exit("process_image", "Parallel")

    metadata, variants = stages(history.events)

    assert (metadata.name, metadata.status) == ("metadata_extract", StageStatus.ABORTED)
    assert metadata.ended_at == stopped.at
    assert (variants.name, variants.status) == ("image_variants", StageStatus.FAILED)


Line = tuple[str, str | None, str | None]  # type, state's name, error


@st.composite
def branches(draw: st.DrawFn, state: str) -> Sequence[Line]:
    """All that one branch writes, with any number of attempts, that may be cut off anywhere."""
    lines: list[Line] = [("TaskStateEntered", state, None)]
    for outcome in draw(st.lists(st.sampled_from(["TaskFailed", "TaskTimedOut"]), max_size=3)):
        lines += [("TaskScheduled", None, None), ("TaskStarted", None, None)]
        lines.append((outcome, None, draw(st.sampled_from(["Transient", "Corrupt"]))))
    if draw(st.booleans()):
        lines += [("TaskScheduled", None, None), ("TaskSucceeded", None, None)]
    lines.append(("TaskStateExited", state, None))
    return lines[: draw(st.integers(1, len(lines)))]


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[list[HistoryEvent], list[HistoryEvent]]:
    """The same two branches one after the other, and in any order in which they can be written."""
    left, right = draw(branches("metadata_extract")), draw(branches("image_variants"))
    events = list(numbered([(0, line) for line in left] + [(1, line) for line in right]))
    order = draw(st.permutations([0] * len(left) + [1] * len(right)))
    queues = [iter(events[: len(left)]), iter(events[len(left) :])]
    mixed: list[HistoryEvent] = []
    last = [1, 1]
    for number, branch in enumerate(order, 2):
        mixed.append(replace(next(queues[branch]), id=number, previous_id=last[branch]))
        last[branch] = number
    return events, mixed


def numbered(lines: Sequence[tuple[int, Line]]) -> Iterator[HistoryEvent]:
    last = [1, 1]
    for number, (branch, (kind, name, error)) in enumerate(lines, 2):
        yield HistoryEvent(
            id=number,
            previous_id=last[branch],
            type=kind,
            at=at(number),
            name=name,
            error=error,
        )
        last[branch] = number


@given(interleavings(), st.randoms(use_true_random=False))
def test_branches_that_write_at_once_are_told_apart(
    histories: tuple[list[HistoryEvent], list[HistoryEvent]], random: Any
) -> None:
    apart, mixed = histories
    random.shuffle(mixed)

    assert stages(mixed) == stages(apart)
    assert {stage.name for stage in stages(mixed)} == {"metadata_extract", "image_variants"}


def test_polling_is_called_as_in_the_state_machine() -> None:
    text = (ROOT / "state_machines" / "asset_pipeline.asl.json").read_text()
    states = json.loads(text)["States"]
    kinds = {
        name: states[name]["Type"]
        for name in ("wait_for_mediaconvert", "wait_mediaconvert", "mediaconvert_done")
    }

    assert kinds == {
        "wait_for_mediaconvert": "Wait",
        "wait_mediaconvert": "Task",
        "mediaconvert_done": "Choice",
    }
    assert states["mediaconvert_done"]["Default"] == "wait_for_mediaconvert"
