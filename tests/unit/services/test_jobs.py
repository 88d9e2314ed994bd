from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spool.errors import AssetErrorCode, Conflict, NotFound
from spool.events import ObjectCreated
from spool.model import AssetError
from spool.services import lifecycle
from spool.services.jobs import JobDesk
from spool.services.transcodes import hear
from spool.transcode import JobReport, TranscodeStatus
from tests.unit.services.encoder import Transcoder

JOB = "media_1.1.1"


@pytest.fixture
def work() -> Transcoder:
    return Transcoder()


def desk(work: Transcoder) -> JobDesk:
    return JobDesk(catalogue=work.catalogue, transcodes=work.transcodes)


def tell(work: Transcoder, status: TranscodeStatus, **report: Any) -> None:
    said = JobReport(at=work.clock(), status=status, **report)
    hear(work.transcodes, work.run.transcode_key, "job-1", said)


def fail(work: Transcoder, code: AssetErrorCode) -> None:
    error = AssetError(code, "It is so.", "wait_mediaconvert", "now")
    lifecycle.change_run(work.catalogue, work.run, lambda asset: lifecycle.failed(asset, error))


def test_a_run_before_its_job(work: Transcoder) -> None:
    assert desk(work).read("org", JOB) == {
        "id": JOB,
        "mediaId": "media_1",
        "projectId": "proj",
        "status": "processing",
        "stage": None,
        "percent": None,
        "error": None,
        "attempt": 1,
        "versionNumber": 1,
        "versionId": "v1",
    }


def test_a_run_shows_how_far_its_job_is(work: Transcoder) -> None:
    work.submit()
    tell(work, TranscodeStatus.PROGRESSING, percent=40)
    view = desk(work).read("org", JOB)
    assert (view["stage"], view["percent"]) == ("wait_mediaconvert", 40)

    tell(work, TranscodeStatus.COMPLETE)
    view = desk(work).read("org", JOB)
    assert (view["status"], view["stage"], view["percent"]) == (
        "processing",
        "collect_outputs",
        100,
    )


def test_a_failed_run_says_where_and_why(work: Transcoder) -> None:
    work.submit()
    fail(work, AssetErrorCode.TRANSCODE_FAILED)

    view = desk(work).read("org", JOB)
    assert (view["status"], view["stage"]) == ("failed", "wait_mediaconvert")
    assert view["error"]["code"] == "TRANSCODE_FAILED"


def test_older_runs_are_superseded(work: Transcoder) -> None:
    work.submit()
    work.upload(1, attempt=3)
    older = desk(work).read("org", "media_1.1.2")
    assert (older["status"], older["attempt"], older["versionId"]) == ("superseded", 2, "v1")

    work.upload(2)
    for job in (JOB, "media_1.1.3"):
        older = desk(work).read("org", job)
        assert (older["id"], older["status"], older["versionNumber"]) == (job, "superseded", 1)
        assert older["versionId"] is None
    assert desk(work).read("org", "media_1.2.1")["status"] == "processing"


@pytest.mark.parametrize(
    "never",
    [
        "media_1.1.2",
        "media_1.2.1",
        "media_9.1.1",
        "media_1.0.1",
        "media_1.1.0",
        "media_1.1",
        "media_1",
        "media_1.1.1.1",
        "media_1.01.1",
        "media_1.1.1\n",
        "media_1#x.1.1",
        "media_1.1." + "9" * 400,
    ],
)
def test_what_never_was_is_not_found(work: Transcoder, never: str) -> None:
    with pytest.raises(NotFound):
        desk(work).read("org", never)
    with pytest.raises(NotFound):
        desk(work).cancel("org", never)


def test_a_run_of_others_is_not_found(work: Transcoder) -> None:
    with pytest.raises(NotFound):
        desk(work).read("elsewhere", JOB)


def test_an_asset_that_never_arrived_has_no_run(work: Transcoder) -> None:
    asset = work.catalogue.assets["org", "media_1"]
    reserved = replace(asset, id="media_2", version_id=None, version_number=0)
    work.catalogue.insert(reserved)

    for job in ("media_2.0.1", "media_2.1.1"):
        with pytest.raises(NotFound):
            desk(work).read("org", job)


def test_cancelling_twice_is_cancelling_once(work: Transcoder) -> None:
    work.submit()
    first = desk(work).cancel("org", JOB)
    before = work.record

    assert desk(work).cancel("org", JOB) == first
    assert first["status"] == "processing"
    assert work.record == before
    tell(work, TranscodeStatus.CANCELED)
    fail(work, AssetErrorCode.CANCELLED)
    assert desk(work).cancel("org", JOB)["error"]["code"] == "CANCELLED"


@pytest.mark.parametrize("end", ["complete", "failed", "ready", "superseded"])
def test_what_has_ended_can_not_be_cancelled(work: Transcoder, end: str) -> None:
    work.submit()
    match end:
        case "complete":
            tell(work, TranscodeStatus.COMPLETE)
        case "failed":
            fail(work, AssetErrorCode.TIMEOUT)
        case "ready":
            lifecycle.change_run(
                work.catalogue, work.run, lambda a: lifecycle.ready(a, work.run, {}, "now")
            )
        case _:
            work.upload(2)

    with pytest.raises(Conflict):
        desk(work).cancel("org", JOB)
    assert not work.record.cancel_requested


def test_a_run_without_a_transcoding_can_not_be_cancelled(work: Transcoder) -> None:
    with pytest.raises(Conflict, match="no transcoding"):
        desk(work).cancel("org", JOB)


def test_a_queued_run_can_not_be_cancelled_yet(work: Transcoder) -> None:
    retry = ObjectCreated(
        bucket="originals",
        key=work.run.key,
        version_id="v1",
        sequencer=work.run.sequencer,
        size=1,
        attempt=2,
    )
    work.intake.admit(retry)

    assert desk(work).read("org", "media_1.1.2")["status"] == "queued"
    with pytest.raises(Conflict, match="queued"):
        desk(work).cancel("org", "media_1.1.2")
