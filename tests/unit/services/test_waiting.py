"""Each way in which a job can end, or fail to: the run ends in a defined state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spool.errors import (
    Cancelled,
    EncoderFault,
    Superseded,
    Throttled,
    TranscodeFailed,
    TranscodeTimeout,
    Transient,
)
from spool.services import lifecycle
from spool.services.job_errors import INPUT_FAULTS
from spool.services.polling import QUEUE_LIMIT, STALE, ask_at, processing_limit
from spool.services.transcodes import hear
from spool.transcode import JobReport, TranscodeStatus
from tests.unit.services.encoder import KEY, Transcoder
from tests.unit.services.test_steering import canceller

DURATION = 600


@pytest.fixture
def work() -> Transcoder:
    work = Transcoder()
    work.submit(DURATION)
    return work


def tell(work: Transcoder, status: TranscodeStatus | None, **report: Any) -> None:
    """An event of the job."""
    said = JobReport(at=work.clock(), status=status, **report)
    hear(work.transcodes, work.run.transcode_key, "job-1", said)


def progress(work: Transcoder, percent: int) -> None:
    started = work.record.started_at or work.clock()
    tell(work, TranscodeStatus.PROGRESSING, percent=percent, started_at=started)


def cancel(work: Transcoder) -> Mapping[str, Any]:
    return canceller(work).cancel("org", "media_1.1.1")


def test_a_job_under_way_is_looked_at_again(work: Transcoder) -> None:
    progress(work, 1)
    work.clock.sleep(80)
    progress(work, 13)

    assert work.look(DURATION) == {"done": False, "waitSeconds": 80}
    assert not work.encoder.asked


def test_a_complete_job_is_done(work: Transcoder) -> None:
    tell(work, TranscodeStatus.COMPLETE)

    assert work.look(DURATION) == {"done": True, "waitSeconds": 0}


@pytest.mark.parametrize("status", [TranscodeStatus.COMPLETE, TranscodeStatus.ERROR])
def test_the_outcome_of_another_version_is_never_published(
    work: Transcoder, status: TranscodeStatus
) -> None:
    tell(work, status)
    work.originals.objects[KEY, "v2"] = b"newer", "video/mp4"

    with pytest.raises(Superseded):
        work.look(DURATION)


@pytest.mark.parametrize("code", INPUT_FAULTS)
def test_a_bad_upload_is_told_in_a_sentence_without_our_addresses(
    work: Transcoder, code: int
) -> None:
    message = "Unable to open input file [s3://originals/secret]: [Failed probe/open]"
    tell(work, TranscodeStatus.ERROR, error_code=code, error_message=message)

    with pytest.raises(TranscodeFailed, match=r"^The .*\.$") as failed:
        work.look(DURATION)
    assert "s3://" not in str(failed.value)


@pytest.mark.parametrize("code", [1040, 1401, 1404, 1432, 1999, 4242, None])
def test_a_fault_of_settings_permissions_or_the_service_is_not_the_uploads(
    work: Transcoder, code: int | None
) -> None:
    tell(work, TranscodeStatus.ERROR, error_code=code, error_message="Example error message")

    with pytest.raises(EncoderFault, match="Example error message"):
        work.look(DURATION)


def test_a_cancelled_run_ends_at_the_next_look(work: Transcoder) -> None:
    cancel(work)

    with pytest.raises(Cancelled):
        work.look(DURATION)
    assert work.encoder.cancelled == ["job-1"]


@pytest.mark.parametrize("end", [TranscodeStatus.COMPLETE, TranscodeStatus.CANCELED])
def test_who_was_told_that_it_is_cancelled_finds_it_cancelled(
    work: Transcoder, end: TranscodeStatus
) -> None:
    cancel(work)
    tell(work, end)

    with pytest.raises(Cancelled):
        work.look(DURATION)
    assert work.encoder.cancelled == []


def test_a_job_that_somebody_cancelled_in_the_console_is_our_matter(work: Transcoder) -> None:
    tell(work, TranscodeStatus.CANCELED)

    with pytest.raises(EncoderFault):
        work.look(DURATION)


@pytest.mark.parametrize("end", [None, TranscodeStatus.COMPLETE])
def test_an_overtaken_runs_job_is_cancelled_unless_it_has_ended(
    work: Transcoder, end: TranscodeStatus | None
) -> None:
    tell(work, end)
    work.upload(2)

    with pytest.raises(Superseded):
        work.look(DURATION)
    assert work.encoder.cancelled == ([] if end else ["job-1"])


def test_a_deleted_assets_job_is_cancelled(work: Transcoder) -> None:
    lifecycle.change_run(work.catalogue, work.run, lifecycle.deleted)

    with pytest.raises(Superseded):
        work.look(DURATION)
    assert work.encoder.cancelled == ["job-1"]


def test_a_job_that_runs_too_long_is_cancelled_and_stays_a_timeout(work: Transcoder) -> None:
    progress(work, 1)
    work.clock.sleep(processing_limit(DURATION).total_seconds())
    progress(work, 99)
    work.look(DURATION)
    work.clock.sleep(1)

    with pytest.raises(TranscodeTimeout):
        work.look(DURATION)
    assert work.encoder.cancelled == ["job-1"]
    tell(work, TranscodeStatus.CANCELED)
    with pytest.raises(TranscodeTimeout):
        work.look(DURATION)


def test_a_full_or_paused_queue_ends_the_run_after_a_day(work: Transcoder) -> None:
    work.clock.sleep(QUEUE_LIMIT.total_seconds())
    assert work.look(DURATION)["done"] is False
    work.clock.sleep(1)

    with pytest.raises(TranscodeTimeout):
        work.look(DURATION)
    assert work.encoder.cancelled == ["job-1"]


def test_a_late_completion_is_still_a_completion(work: Transcoder) -> None:
    progress(work, 1)
    work.clock.sleep(2 * processing_limit(DURATION).total_seconds())
    tell(work, TranscodeStatus.COMPLETE)

    assert work.look(DURATION)["done"]


def test_a_lost_completion_is_found_by_asking(work: Transcoder) -> None:
    progress(work, 50)
    ended = work.clock() + timedelta(seconds=60)
    work.encoder.reports["job-1"] = JobReport(at=ended, status=TranscodeStatus.COMPLETE)
    looks = [work.look(DURATION)]
    while not looks[-1]["done"]:
        work.clock.sleep(looks[-1]["waitSeconds"])
        looks.append(work.look(DURATION))

    assert len(work.encoder.asked) == 1
    assert (
        STALE <= work.encoder.asked[0] - work.record.claimed_at < 2 * STALE + timedelta(seconds=2)
    )
    assert work.record.ended_at == ended


def test_a_cancellation_counts_that_comes_while_the_encoder_is_asked(work: Transcoder) -> None:
    ended = JobReport(at=work.clock(), status=TranscodeStatus.COMPLETE)
    work.encoder.reports["job-1"] = ended
    work.transcodes.meanwhile = lambda: cancel(work)
    silence(work)

    with pytest.raises(Cancelled):
        work.look(DURATION)


def silence(work: Transcoder) -> None:
    work.clock.now = ask_at(work.record)


def test_what_is_asked_is_as_good_as_an_event(work: Transcoder) -> None:
    started = work.clock()
    work.encoder.reports["job-1"] = JobReport(
        at=started, status=TranscodeStatus.PROGRESSING, percent=30, started_at=started
    )
    silence(work)
    work.look(DURATION)

    assert (work.record.percent, work.record.started_at) == (30, started)
    assert work.record.heard_at == work.clock()


def test_a_vanished_job_is_our_matter(work: Transcoder) -> None:
    work.encoder.jobs.clear()
    silence(work)

    with pytest.raises(EncoderFault, match="vanished"):
        work.look(DURATION)


@pytest.mark.parametrize("trouble", [Throttled("429"), Transient("503")])
def test_a_busy_encoder_fails_no_run_and_is_not_asked_the_sooner(
    work: Transcoder, trouble: Exception
) -> None:
    work.encoder.silent = trouble
    silence(work)
    assert work.look(DURATION)["done"] is False
    asked = work.clock()
    while work.clock() < asked + STALE:
        assert len(work.encoder.asked) == 1
        work.clock.sleep(work.look(DURATION)["waitSeconds"])

    work.encoder.silent = None
    work.encoder.reports["job-1"] = JobReport(at=asked, status=TranscodeStatus.COMPLETE)
    silence(work)
    assert work.look(DURATION)["done"]


def test_a_run_does_not_end_before_its_job_was_cancelled(work: Transcoder) -> None:
    """The state machine tries again what was throttled; the job would run on otherwise."""
    cancel(work)
    work.encoder.silent = Throttled("429")
    with pytest.raises(Throttled):
        work.look(DURATION)

    work.encoder.silent = None
    with pytest.raises(Cancelled):
        work.look(DURATION)
    assert work.encoder.cancelled == ["job-1"]


def test_without_its_record_a_run_fails(work: Transcoder) -> None:
    work.transcodes.records[work.run.transcode_key] = replace(work.record, job_id=None)
    with pytest.raises(EncoderFault):
        work.look(DURATION)
    work.transcodes.records.clear()
    with pytest.raises(EncoderFault):
        work.look(DURATION)
