from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from spool.errors import AssetErrorCode, InvalidRequest, NotFound, Throttled
from spool.jobs import Job, JobChange, JobStatus
from spool.keys import execution_name
from spool.model import Asset, AssetError, timestamp
from spool.services import lifecycle
from spool.services.cursors import Cursors
from spool.services.jobs import JobDesk
from spool.services.recording import JobRecorder
from spool.services.run_ports import HistoryEvent, JobQuery
from spool.services.transcodes import hear
from spool.transcode import JobReport, TranscodeStatus
from tests.unit.services.encoder import Transcoder
from tests.unit.services.fakes import MemoryHistory, MemoryJobs
from tests.unit.services.test_steering import NEVER

JOB = "media_1.1.1"
NOW = datetime(2025, 1, 15, 10, 30, tzinfo=UTC)


@pytest.fixture
def work() -> Transcoder:
    return Transcoder()


def desk(
    work: Transcoder, jobs: MemoryJobs | None = None, history: MemoryHistory | None = None
) -> JobDesk:
    return JobDesk(
        catalogue=work.catalogue,
        transcodes=work.transcodes,
        jobs=jobs or MemoryJobs(),
        history=history or MemoryHistory(),
        bucket="originals",
        cursors=Cursors(lambda: "key"),
        clock=lambda: NOW,
    )


def tell(work: Transcoder, status: TranscodeStatus, **report: Any) -> None:
    said = JobReport(at=work.clock(), status=status, **report)
    hear(work.transcodes, work.run.transcode_key, "job-1", said)


def fail(work: Transcoder, code: AssetErrorCode) -> None:
    error = AssetError(code, "It is so.", "wait_mediaconvert", "now")
    lifecycle.change_run(work.catalogue, work.run, lambda asset: lifecycle.failed(asset, error))


def test_a_run_before_its_transcoding(work: Transcoder) -> None:
    asset = work.catalogue.assets["org", "media_1"]
    assert desk(work).read("org", JOB) == {
        "id": JOB,
        "mediaId": "media_1",
        "projectId": "proj",
        "type": None,
        "status": "processing",
        "stage": None,
        "percent": None,
        "error": None,
        "attempt": 1,
        "versionNumber": 1,
        "versionId": "v1",
        "queuedAt": asset.queued_at,
        "startedAt": asset.started_at,
        "endedAt": None,
        "execution": None,
        "timeline": [],
        "timelineTruncated": False,
    }
    assert asset.queued_at is not None


def test_a_run_shows_how_far_its_transcoding_is(work: Transcoder) -> None:
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


def test_a_failed_run_says_where_why_and_when(work: Transcoder) -> None:
    work.submit()
    fail(work, AssetErrorCode.TRANSCODE_FAILED)

    view = desk(work).read("org", JOB)
    assert (view["status"], view["stage"]) == ("failed", "wait_mediaconvert")
    assert (view["error"]["code"], view["endedAt"]) == ("TRANSCODE_FAILED", "now")


def happened(number: int, kind: str, at: datetime, name: str | None = None) -> HistoryEvent:
    return HistoryEvent(id=number, previous_id=number - 1, type=kind, at=at, name=name)


def test_a_run_has_the_timeline_of_its_execution(work: Transcoder) -> None:
    name = execution_name("originals", work.run.key, "v1", 1)
    events = [
        happened(1, "TaskStateEntered", NOW, name="inspect_original"),
        happened(2, "TaskScheduled", NOW),
        happened(3, "TaskStateExited", NOW + timedelta(seconds=2)),
    ]
    history = MemoryHistory({name: events}, complete=False)

    view = desk(work, history=history).read("org", JOB)

    [stage] = view["timeline"]
    assert (stage["name"], stage["attempts"]) == ("inspect_original", 1)
    assert (stage["startedAt"], stage["endedAt"]) == (
        timestamp(NOW),
        timestamp(NOW + timedelta(seconds=2)),
    )
    assert view["execution"] == history.place(name)
    assert view["timelineTruncated"]


def test_a_run_is_shown_also_where_its_history_can_not_be_had(work: Transcoder) -> None:
    class Busy(MemoryHistory):
        def history(self, name: str) -> tuple[Sequence[HistoryEvent], bool]:
            raise Throttled(name)

    view = desk(work, history=Busy()).read("org", JOB)

    assert (view["status"], view["timeline"]) == ("processing", [])
    assert view["timelineTruncated"]
    assert view["execution"] is not None


def test_older_runs_are_known_by_their_records(work: Transcoder) -> None:
    work.submit()
    first = work.catalogue.assets["org", "media_1"]
    fail(work, AssetErrorCode.TIMEOUT)
    jobs = MemoryJobs()
    record(jobs, first, work.catalogue.assets["org", "media_1"])
    work.upload(2)

    older = desk(work, jobs).read("org", JOB)

    assert (older["id"], older["status"]) == (JOB, "failed")
    assert (older["versionNumber"], older["versionId"]) == (1, "v1")
    assert older["error"]["code"] == "TIMEOUT"
    assert desk(work, jobs).read("org", "media_1.2.1")["status"] == "processing"


def test_an_overtaken_run_is_superseded_also_before_that_was_heard(work: Transcoder) -> None:
    jobs = MemoryJobs()
    first = work.catalogue.assets["org", "media_1"]
    record(jobs, None, first)
    work.upload(2)
    assert desk(work, jobs).read("org", JOB)["status"] == "superseded"

    second = work.catalogue.assets["org", "media_1"]
    record(jobs, first, second)
    view = desk(work, jobs).read("org", JOB)
    assert (view["status"], view["endedAt"]) == ("superseded", timestamp(NOW))


def record(jobs: MemoryJobs, before: Asset | None, after: Asset) -> None:
    change = JobChange.of(before, after, timestamp(NOW))
    assert change is not None
    assert JobRecorder(book=jobs).hear(change)


@pytest.mark.parametrize("never", NEVER)
def test_what_never_was_is_not_found(work: Transcoder, never: str) -> None:
    with pytest.raises(NotFound):
        desk(work).read("org", never)


def test_a_run_of_others_is_not_found(work: Transcoder) -> None:
    jobs = MemoryJobs()
    record(jobs, None, work.catalogue.assets["org", "media_1"])
    with pytest.raises(NotFound):
        desk(work, jobs).read("elsewhere", JOB)
    assert desk(work, jobs).page(JobQuery(org_id="elsewhere", limit=5), None)["items"] == []


def test_an_asset_that_never_arrived_has_no_run(work: Transcoder) -> None:
    asset = work.catalogue.assets["org", "media_1"]
    reserved = replace(asset, id="media_2", version_id=None, version_number=0)
    work.catalogue.insert(reserved)

    for job in ("media_2.0.1", "media_2.1.1"):
        with pytest.raises(NotFound):
            desk(work).read("org", job)


def many(count: int) -> MemoryJobs:
    jobs = MemoryJobs()
    for number in range(count):
        job = Job(
            org_id="org",
            project_id="proj",
            media_id=f"m{number}",
            version_id="v1",
            version_number=1,
            attempt=1,
            status=JobStatus.FAILED if number % 2 else JobStatus.READY,
            rev=3,
            type=None,
            queued_at=f"2025-01-15T10:00:{number:02}.000Z",
            error=AssetError(AssetErrorCode.CORRUPT, "It is.", "inspect_original", "now"),
        )
        jobs.jobs["org", job.id] = job
    return jobs


def test_jobs_are_listed_by_status_page_by_page(work: Transcoder) -> None:
    reader = desk(work, many(5))
    query = JobQuery(org_id="org", limit=1, status=JobStatus.FAILED)

    first = reader.page(query, None)
    second = reader.page(query, first["cursor"])

    assert [one["id"] for one in first["items"] + second["items"]] == ["m3.1.1", "m1.1.1"]
    assert second["cursor"] is None
    assert first["items"][0]["stage"] == "inspect_original"
    with pytest.raises(InvalidRequest):
        reader.page(replace(query, status=JobStatus.READY), first["cursor"])


def test_statistics_of_days_without_any_say_so(work: Transcoder) -> None:
    said = desk(work).statistics("org", date(2025, 1, 14), date(2025, 1, 15))

    assert (said["from"], said["to"]) == ("2025-01-14", "2025-01-15")
    assert said["queue"] == {"queued": 0, "running": 0}
    assert said["successRate"] is None
    assert said["hours"] == []
