"""What is told of real executions, read as a function reads it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import pytest

from spool.errors import AssetErrorCode, NotFound
from spool.services.timeline import Stage, StageError, StageStatus
from tests.workflow.conftest import IMAGE_WORKERS, VIDEO_WORKERS, Answer, Workflow, raises, returns
from tests.workflow.test_asset_pipeline import IMAGE, RUN, VIDEO, failing

SUCCEEDED, FAILED, ABORTED = StageStatus.SUCCEEDED, StageStatus.FAILED, StageStatus.ABORTED


def by_name(stages: Sequence[Stage]) -> dict[str, Stage]:
    assert len({stage.name for stage in stages}) == len(stages)
    return {stage.name: stage for stage in stages}


def lasted(stage: Stage) -> float:
    """Seconds."""
    assert stage.ended_at is not None
    return (stage.ended_at - stage.started_at).total_seconds()


def test_an_image_run_tells_each_stage_also_those_that_run_at_once(workflow: Workflow) -> None:
    slow: Answer = {"sleep": 0.5, "return": {}}
    execution = workflow.execute(RUN, {**IMAGE, "metadata_extract": [slow]})

    stages = workflow.timeline(execution.name)

    found = by_name(stages)
    assert [stages[0].name, stages[-1].name] == ["inspect_original", "write_manifest"]
    assert set(found) == set(IMAGE_WORKERS)
    assert {(stage.status, stage.attempts, stage.looks) for stage in stages} == {(SUCCEEDED, 1, 1)}
    assert {stage.error for stage in stages} == {None}
    assert lasted(found["metadata_extract"]) >= 0.5
    inspected, written = stages[0], stages[-1]
    assert inspected.ended_at is not None
    for branch in (found["metadata_extract"], found["image_variants"]):
        assert branch.ended_at is not None
        assert inspected.ended_at <= branch.started_at <= branch.ended_at <= written.started_at


@pytest.mark.parametrize("state", ["metadata_extract", "image_variants"])
def test_a_branch_that_fails_tells_the_users_sentence(workflow: Workflow, state: str) -> None:
    script = failing(IMAGE, state, raises("Corrupt", "The picture is cut off."), permanent=True)

    found = by_name(workflow.timeline(workflow.execute(RUN, script).name))

    assert (found[state].status, found[state].attempts) == (FAILED, 1)
    assert found[state].error == StageError(
        name="Corrupt", code=AssetErrorCode.CORRUPT, message="The picture is cut off."
    )
    others = [stage for name, stage in found.items() if name != state]
    assert {(stage.status, stage.error) for stage in others} == {(SUCCEEDED, None)}
    assert "mark_failed" in found


@pytest.mark.parametrize("state", ["inspect_original", "image_variants"])
def test_errors_that_passed_are_counted(workflow: Workflow, state: str) -> None:
    answers = [raises("Transient"), raises("Transient", "role/secret"), *IMAGE[state]]

    execution = workflow.execute(RUN, {**IMAGE, state: answers})

    for stage in workflow.timeline(execution.name):
        retried = stage.name == state
        assert (stage.status, stage.attempts) == (SUCCEEDED, 3 if retried else 1)
        assert stage.error == (StageError(name="Transient") if retried else None)


def test_a_bug_is_told_by_its_name_and_the_dead_letter_is_a_stage(workflow: Workflow) -> None:
    script = failing(IMAGE, "write_manifest", raises("KeyError", "role/secret"), permanent=False)

    stages = workflow.timeline(workflow.execute(RUN, script).name)

    assert len(workflow.dead_letters()) == 1
    assert [stage.name for stage in stages[-3:]] == ["write_manifest", "mark_failed", "send_to_dlq"]
    assert [stage.status for stage in stages[-3:]] == [FAILED, SUCCEEDED, SUCCEEDED]
    assert stages[-3].error == StageError(name="KeyError")


def test_a_video_run_tells_its_polling_as_one_stage(workflow: Workflow) -> None:
    waiting = [returns({"done": False, "waitSeconds": 80})] * 7
    polls = [*waiting, raises("Transient"), returns({"done": True, "waitSeconds": 0})]

    execution = workflow.execute(RUN, {**VIDEO, "wait_mediaconvert": polls})

    stages = workflow.timeline(execution.name)
    assert tuple(stage.name for stage in stages) == VIDEO_WORKERS
    looks = {stage.name: (stage.looks, stage.attempts) for stage in stages}
    assert looks.pop("wait_mediaconvert") == (8, 2)
    assert set(looks.values()) == {(1, 1)}
    assert {stage.status for stage in stages} == {SUCCEEDED}
    for before, after in itertools.pairwise(stages):
        assert before.ended_at is not None
        assert before.started_at <= before.ended_at <= after.started_at


def _begun(workflow: Workflow, name: str, stage: str) -> Stage:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := by_name(workflow.timeline(name)).get(stage):
            return found
        time.sleep(0.02)
    raise AssertionError(f"{stage} does not begin")


def test_a_run_that_is_stopped_tells_where_and_when(workflow: Workflow) -> None:
    name = workflow.start(RUN, {**IMAGE, "image_variants": [{"sleep": 1, "return": {}}]})
    running = _begun(workflow, name, "image_variants")
    assert (running.ended_at, running.status) == (None, StageStatus.RUNNING)

    workflow.stop(name)
    stopped = workflow.timeline(name)
    time.sleep(1.5)  # the function goes on to its end

    assert by_name(stopped)["image_variants"].status == ABORTED
    assert all(stage.ended_at is not None for stage in stopped)
    assert workflow.timeline(name) == stopped


def test_an_execution_that_never_was_is_not_found(workflow: Workflow) -> None:
    with pytest.raises(NotFound):
        workflow.timeline("nothing")
