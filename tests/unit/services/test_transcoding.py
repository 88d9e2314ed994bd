"""However often a submission is tried, and wherever it breaks off: one job."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spool.errors import Cancelled, EncoderFault, NotFound, Superseded, Throttled, Transient
from spool.events import JobStateChange
from spool.services import lifecycle
from spool.services.transcodes import TRIES, Listener, change, hear
from spool.transcode import JobReport, Transcode, TranscodeStatus
from tests.unit.services.encoder import KEY, START, MemoryEncoder, Transcoder, source


class Crash(Exception):
    """The function is gone: what it was about to do stays undone."""


class Crashing:
    """A port that breaks off at the `countdown`-th call of any, before it or after."""

    def __init__(self, port: Any, countdown: list[int], *, after: bool) -> None:
        self._port, self._countdown, self._after = port, countdown, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._countdown[0] -= 1
            if self._countdown[0] == 0 and not self._after:
                raise Crash
            result = method(*args, **kwargs)
            if self._countdown[0] == 0:
                raise Crash
            return result

        return call


def broken(work: Transcoder, call: int, *, after: bool) -> dict[str, Any]:
    countdown = [call]
    names = ("catalogue", "originals", "transcodes", "encoder")
    return {name: Crashing(getattr(work, name), countdown, after=after) for name in names}


def test_a_run_has_one_job_that_reads_the_original_and_writes_under_the_tag() -> None:
    work = Transcoder()

    assert work.submit() == 80

    [made] = work.encoder.jobs.values()
    settings = made["job"]["Settings"]
    assert settings["Inputs"][0]["FileInput"] == f"s3://originals/{KEY}"
    groups = [group["OutputGroupSettings"] for group in settings["OutputGroups"]]
    stream, captures = [next(iter(v for v in g.values() if v != g["Type"])) for g in groups]
    under = f"org/proj/media_1/{work.run.tag}"
    assert stream["Destination"] == f"s3://renditions/renditions/{under}/stream/video"
    assert captures["Destination"] == f"s3://renditions/captures/{under}/frame"
    assert len(made["token"]) <= 64
    assert made["metadata"] == {
        "orgId": "org",
        "mediaId": "media_1",
        "versionId": "v1",
        "attempt": "1",
        "projectId": "proj",
        "tag": work.run.tag,
        "correlationId": "event-1",
    }
    assert (work.record.status, work.record.job_id) == (TranscodeStatus.SUBMITTED, "job-1")


def test_a_second_submission_finds_the_job_in_the_record() -> None:
    work = Transcoder()
    work.submit()
    work.clock.sleep(3600)
    work.submit()

    assert len(work.encoder.jobs) == 1
    assert work.encoder.searches == 0


crashes = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 200), st.booleans()), max_size=5
)


@given(crashes)
@example([(6, True, 61, False)])
def test_wherever_submissions_break_off_there_is_one_job(
    tries: list[tuple[int, bool, int, bool]],
) -> None:
    """Each try breaks off at a call, some when MediaConvert was too busy before; the next comes
    after some seconds, within the memory of the request token or beyond it."""
    work = Transcoder()
    for call, after, pause, busy in tries:
        work.encoder.refuses = [Throttled("busy")] if busy else []
        with suppress(Crash, Throttled):
            work.submitter(**broken(work, call, after=after)).submit(work.run, source())
        work.clock.sleep(pause)
    work.encoder.refuses = []

    work.submit()

    assert list(work.encoder.jobs) == [work.record.job_id]


def test_without_the_search_the_token_alone_would_not_do() -> None:
    """What the property above relies on: the fake forgets a token as MediaConvert does."""
    work = Transcoder()
    encoder = MemoryEncoder(work.clock)
    first = encoder.create({}, "token", {})
    work.clock.sleep(59)
    assert encoder.create({}, "token", {}) == first
    work.clock.sleep(1)
    assert encoder.create({}, "token", {}) != first


def test_a_full_account_costs_one_call_per_try() -> None:
    work = Transcoder()
    for _ in range(3):
        work.encoder.refuses = [Throttled("busy")]
        with pytest.raises(Throttled):
            work.submit()
        assert work.record.status is TranscodeStatus.REFUSED
        work.clock.sleep(60)
    work.submit()

    assert work.encoder.searches == 0
    assert work.record.claimed_at == work.clock()


def test_a_job_that_is_refused_for_good_is_our_fault() -> None:
    work = Transcoder()
    work.encoder.refuses = [EncoderFault("bad settings")]

    with pytest.raises(EncoderFault):
        work.submit()


def test_what_was_replaced_deleted_or_overtaken_is_not_transcoded() -> None:
    replaced, gone, overtaken, deleted = Transcoder(), Transcoder(), Transcoder(), Transcoder()
    replaced.originals.objects[KEY, "v2"] = b"newer", "video/mp4"
    gone.originals.objects.clear()
    overtaken.upload(1, attempt=2)
    lifecycle.change_run(deleted.catalogue, deleted.run, lifecycle.deleted)

    for work in (replaced, gone, overtaken, deleted):
        with pytest.raises(Superseded):
            work.submit()
        assert not work.encoder.jobs


def test_a_cancelled_run_gets_no_job() -> None:
    work = Transcoder()
    work.encoder.refuses = [Throttled("busy")]
    with pytest.raises(Throttled):
        work.submit()
    change(work.transcodes, work.run.transcode_key, lambda t: replace(t, cancel_requested=True))

    with pytest.raises(Cancelled):
        work.submit()
    assert not work.encoder.jobs


def test_an_event_before_the_submission_has_stored_the_job() -> None:
    work = Transcoder()
    report = JobReport(at=START, status=TranscodeStatus.PROGRESSING, started_at=START, percent=7)
    work.encoder.meanwhile = lambda job_id: hear(
        work.transcodes, work.run.transcode_key, job_id, report
    )

    work.submit()

    assert work.record.job_id == "job-1"
    assert (work.record.status, work.record.percent) == (TranscodeStatus.PROGRESSING, 7)


def test_of_two_jobs_the_later_known_is_cancelled() -> None:
    work = Transcoder()
    key, report = work.run.transcode_key, JobReport(at=START)
    work.encoder.meanwhile = lambda _: hear(work.transcodes, key, "lost", report)

    work.submit()
    assert work.record.job_id == "lost"
    Listener(transcodes=work.transcodes, jobs=work.encoder).listen(
        JobStateChange(job_id="job-1", key=key, report=report)
    )

    assert work.record.job_id == "lost"
    assert work.encoder.cancelled == ["job-1"]


def test_a_second_job_that_has_ended_is_left_alone() -> None:
    work = Transcoder()
    work.submit()
    ended = JobReport(at=START, status=TranscodeStatus.CANCELED)

    Listener(transcodes=work.transcodes, jobs=work.encoder).listen(
        JobStateChange(job_id="another", key=work.run.transcode_key, report=ended)
    )

    assert work.encoder.cancelled == []
    assert work.record.status is TranscodeStatus.SUBMITTED


def test_events_of_other_jobs_and_of_unknown_runs_change_nothing() -> None:
    work = Transcoder()
    work.submit()
    before = work.record
    ended = JobReport(at=START, status=TranscodeStatus.COMPLETE)

    assert hear(work.transcodes, work.run.transcode_key, "another", ended) == before
    with pytest.raises(NotFound):
        hear(work.transcodes, replace(work.run.transcode_key, attempt=9), "job-1", ended)


def test_two_writers_both_count() -> None:
    work = Transcoder()
    work.submit()
    key = work.run.transcode_key
    half, most = (JobReport(at=START, percent=percent) for percent in (50, 80))
    work.transcodes.meanwhile = lambda: hear(work.transcodes, key, "job-1", most)

    hear(work.transcodes, key, "job-1", half)

    assert work.record.percent == 80


def test_a_record_that_others_never_stop_writing_is_tried_again_later() -> None:
    work = Transcoder()
    work.submit()
    moves = 0

    def interrupted(transcode: Transcode) -> Transcode:
        nonlocal moves
        moves += 1
        work.transcodes.records[transcode.key] = replace(transcode, rev=transcode.rev + 1)
        return replace(transcode, percent=50)

    with pytest.raises(Transient):
        change(work.transcodes, work.run.transcode_key, interrupted)
    assert moves == TRIES


def test_a_retry_ends_the_job_that_its_former_attempt_left_behind() -> None:
    """Both would write the same files."""
    work = Transcoder()
    work.submit()
    work.run = work.upload(1, attempt=2)

    work.submit()

    assert work.encoder.cancelled == ["job-1"]
    assert work.record.job_id == "job-2"
