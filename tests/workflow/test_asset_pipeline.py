from __future__ import annotations

import pytest

from spool.errors import MediaError
from spool.events import ObjectCreated, Run
from tests.workflow.conftest import (
    FUNCTION_TIMEOUT,
    IMAGE_WORKERS,
    VIDEO_WORKERS,
    Answer,
    Script,
    Workflow,
    raises,
    returns,
)

RUN = Run(
    bucket="originals",
    key="originals/default/site/media_1-hero.jpg",
    version_id="v1",
    sequencer="0055AED6DCD90281E5",
    size=1234,
    org_id="default",
    project_id="site",
    media_id="media_1",
    tag="0123456789ab",
    attempt=1,
    correlation_id="",
).to_dict()
INSPECTION = {"family": "image", "contentType": "image/jpeg", "warnings": []}
RENDITIONS = [{"name": "lqip.webp", "contentType": "image/webp", "bytes": 90}]
IMAGE: Script = {
    "inspect_original": [returns(INSPECTION)],
    "metadata_extract": [returns({})],
    "image_variants": [returns({"renditions": RENDITIONS})],
    "write_manifest": [returns({"status": "ready"})],
}

FILM = {**INSPECTION, "family": "video", "contentType": "video/mp4"}
SOURCE = {"width": 1920, "height": 1080, "duration": 10, "frameRate": "25", "hdr": False}
STREAMS = [{"name": "stream/video.m3u8", "contentType": "application/vnd.apple.mpegurl"}]
STILLS = [{"name": "poster.jpg", "contentType": "image/jpeg"}]
VIDEO: Script = {
    "inspect_original": [returns(FILM)],
    "probe_video": [returns(SOURCE)],
    "submit_mediaconvert": [returns({"waitSeconds": 2})],
    "wait_mediaconvert": [
        returns({"done": False, "waitSeconds": 5}),
        returns({"done": True, "waitSeconds": 0}),
    ],
    "collect_outputs": [returns({"renditions": STREAMS})],
    "video_stills": [returns({"renditions": STILLS})],
    "write_manifest": [returns({"status": "ready"})],
}

EVERY_STATE = [(IMAGE, state) for state in IMAGE_WORKERS] + [
    (VIDEO, state) for state in VIDEO_WORKERS if state not in IMAGE_WORKERS
]
each_state = pytest.mark.parametrize(
    ("happy", "state"), EVERY_STATE, ids=[state for _, state in EVERY_STATE]
)


def failing(happy: Script, state: str, *answers: Answer, permanent: bool) -> Script:
    marked = returns({"status": "failed", "permanent": permanent})
    return {**happy, state: answers, "mark_failed": [marked]}


def test_an_image_becomes_ready_within_eight_transitions(workflow: Workflow) -> None:
    execution = workflow.execute(RUN, IMAGE)

    assert execution.status == "SUCCEEDED"
    assert execution.output == {"status": "ready"}
    assert set(execution.calls) == set(IMAGE_WORKERS)
    # AWS bills the start and every state entered.
    assert 1 + len(execution.states) <= 8
    assert {"metadata_extract", "image_variants"} < set(execution.states)


def test_each_function_gets_the_run_and_what_came_before(workflow: Workflow) -> None:
    calls = workflow.execute(RUN, IMAGE).calls

    run = {**RUN, "correlationId": calls["inspect_original"][0]["correlationId"]}
    assert calls["inspect_original"] == [run]
    assert calls["metadata_extract"] == [{**run, "inspection": INSPECTION}]
    assert calls["image_variants"] == [{**run, "inspection": INSPECTION}]
    assert calls["write_manifest"] == [{**run, "inspection": INSPECTION, "renditions": RENDITIONS}]


def test_a_video_becomes_ready_after_as_many_polls_as_it_takes(workflow: Workflow) -> None:
    waiting = [returns({"done": False, "waitSeconds": 80})] * 7
    polls = [*waiting, returns({"done": True, "waitSeconds": 0})]

    execution = workflow.execute(RUN, {**VIDEO, "wait_mediaconvert": polls})

    assert execution.output == {"status": "ready"}
    assert set(execution.calls) == set(VIDEO_WORKERS)
    assert len(execution.calls["wait_mediaconvert"]) == len(polls)
    polling = {"wait_for_mediaconvert", "wait_mediaconvert", "mediaconvert_done"}
    assert sum(state in polling for state in execution.states) == 3 * len(polls)
    assert execution.states[-1] == "write_manifest"


def test_each_video_function_gets_the_run_and_what_came_before(workflow: Workflow) -> None:
    calls = workflow.execute(RUN, VIDEO).calls

    run = {**RUN, "correlationId": calls["inspect_original"][0]["correlationId"]}
    assert calls["probe_video"] == [{**run, "inspection": FILM}]
    for state in ("submit_mediaconvert", "collect_outputs", "video_stills"):
        assert calls[state] == [{**run, "source": SOURCE}]
    assert calls["wait_mediaconvert"] == [{**run, "source": SOURCE}] * 2
    renditions = [*STREAMS, *STILLS]
    assert calls["write_manifest"] == [{**run, "inspection": FILM, "renditions": renditions}]


def test_a_job_that_mediaconvert_does_not_take_yet_is_submitted_again(workflow: Workflow) -> None:
    """MediaConvert takes about two new jobs a second for the whole account."""
    refusals = [raises("Throttled")] * 20

    execution = workflow.execute(
        RUN, {**VIDEO, "submit_mediaconvert": [*refusals, *VIDEO["submit_mediaconvert"]]}
    )

    assert execution.output == {"status": "ready"}
    assert len(execution.calls["submit_mediaconvert"]) == len(refusals) + 1


@pytest.mark.parametrize("error", ["TranscodeFailed", "Cancelled"])
def test_a_job_that_failed_for_the_uploads_sake_or_was_cancelled_is_rejected(
    workflow: Workflow, error: str
) -> None:
    execution = workflow.execute(
        RUN, failing(VIDEO, "wait_mediaconvert", raises(error), permanent=True)
    )

    assert execution.states[-1] == "rejected"
    assert len(execution.calls["wait_mediaconvert"]) == 1
    assert workflow.dead_letters() == []


@pytest.mark.parametrize("error", ["EncoderFault", "TranscodeTimeout"])
def test_a_job_that_failed_by_our_fault_or_took_too_long_can_be_tried_again(
    workflow: Workflow, error: str
) -> None:
    execution = workflow.execute(
        RUN, failing(VIDEO, "wait_mediaconvert", raises(error), permanent=False)
    )

    assert execution.status == "FAILED"
    assert len(execution.calls["wait_mediaconvert"]) == 1
    [message] = workflow.dead_letters()
    assert ObjectCreated.from_event(message).attempt == RUN["attempt"] + 1


@each_state
def test_a_transient_error_is_retried(workflow: Workflow, happy: Script, state: str) -> None:
    answers = [raises("Transient"), raises("Transient"), *happy[state]]

    execution = workflow.execute(RUN, {**happy, state: answers})

    assert execution.status == "SUCCEEDED"
    assert execution.output == {"status": "ready"}
    assert len(execution.calls[state]) == 2 + len(happy[state])
    assert workflow.dead_letters() == []


@each_state
def test_a_bad_file_is_not_retried_and_ends_as_rejected(
    workflow: Workflow, happy: Script, state: str
) -> None:
    execution = workflow.execute(
        RUN, failing(happy, state, raises("Corrupt", "The sentence."), permanent=True)
    )

    assert execution.status == "SUCCEEDED"
    assert execution.states[-1] == "rejected"
    assert len(execution.calls[state]) == 1
    [marked] = execution.calls["mark_failed"]
    assert marked["stage"] == state
    assert marked["error"]["Error"] == "Corrupt"
    assert "The sentence." in marked["error"]["Cause"]
    assert workflow.dead_letters() == []


@pytest.mark.parametrize("error", MediaError.__subclasses__())
def test_no_media_error_is_retried(workflow: Workflow, error: type[MediaError]) -> None:
    script = failing(IMAGE, "inspect_original", raises(error.__name__), permanent=True)

    assert len(workflow.execute(RUN, script).calls["inspect_original"]) == 1


@each_state
def test_a_bug_ends_as_failed_with_a_retry_on_the_dead_letter_queue(
    workflow: Workflow, happy: Script, state: str
) -> None:
    execution = workflow.execute(RUN, failing(happy, state, raises("KeyError"), permanent=False))

    assert execution.status == "FAILED"
    assert execution.calls["mark_failed"][0]["stage"] == state
    [message] = workflow.dead_letters()
    retry = ObjectCreated.from_event(message)
    assert retry.attempt == RUN["attempt"] + 1
    assert (retry.bucket, retry.key) == (RUN["bucket"], RUN["key"])
    assert (retry.version_id, retry.size) == (RUN["versionId"], RUN["size"])
    assert retry.sequencer.startswith(RUN["sequencer"])


def test_a_transient_error_that_stays_ends_on_the_dead_letter_queue(workflow: Workflow) -> None:
    execution = workflow.execute(
        RUN, failing(IMAGE, "image_variants", raises("Transient"), permanent=False)
    )

    assert execution.status == "FAILED"
    assert len(execution.calls["image_variants"]) > 1
    assert len(workflow.dead_letters()) == 1


@each_state
def test_an_overtaken_run_ends_as_superseded_and_touches_nothing(
    workflow: Workflow, happy: Script, state: str
) -> None:
    execution = workflow.execute(RUN, {**happy, state: [raises("Superseded")]})

    assert execution.status == "SUCCEEDED"
    assert execution.states[-1] == "superseded"
    assert "mark_failed" not in execution.calls
    assert workflow.dead_letters() == []


@pytest.mark.parametrize(
    "crash", [{"exit": 137}, {"sleep": FUNCTION_TIMEOUT + 2}], ids=["killed", "timed-out"]
)
def test_a_killed_or_stuck_function_marks_the_asset_failed(
    workflow: Workflow, crash: Answer
) -> None:
    execution = workflow.execute(RUN, failing(IMAGE, "image_variants", crash, permanent=False))

    assert execution.status == "FAILED"
    assert execution.calls["mark_failed"][0]["stage"] == "image_variants"
    assert len(workflow.dead_letters()) == 1


def test_a_run_that_can_not_even_be_marked_is_not_lost(workflow: Workflow) -> None:
    execution = workflow.execute(
        RUN,
        {**IMAGE, "inspect_original": [raises("KeyError")], "mark_failed": [raises("KeyError")]},
    )

    assert execution.status == "FAILED"
    assert len(workflow.dead_letters()) == 1


def test_a_run_overtaken_while_it_fails_is_superseded(workflow: Workflow) -> None:
    execution = workflow.execute(
        RUN,
        {**IMAGE, "inspect_original": [raises("Corrupt")], "mark_failed": [raises("Superseded")]},
    )

    assert execution.states[-1] == "superseded"
    assert workflow.dead_letters() == []
