"""How often a job is looked at, and how often MediaConvert is asked, on a clock that jumps."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.services.polling import (
    LONGEST,
    QUEUE_LIMIT,
    SHORTEST,
    STALE,
    ask_at,
    overdue,
    processing_limit,
    wait_seconds,
)
from spool.transcode import JobReport, Transcode, TranscodeKey, TranscodeStatus
from spool.video.job import status_interval
from tests.unit.services.encoder import START

JOBS = 500
QUOTA = 2  # GetJob calls a second; see docs/operations.md
HISTORY_LIMIT, EVENTS_PER_LOOK = (
    25_000,
    9,
)  # of an execution of Step Functions; see spool.services.polling


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def submitted(number: int = 1, at: datetime = START) -> Transcode:
    key = TranscodeKey(org_id="org", media_id=f"m{number}", version_id="v1", attempt=1)
    return Transcode(
        key=key,
        tag="0123456789ab",
        status=TranscodeStatus.SUBMITTED,
        claimed_at=at,
        heard_at=at,
        job_id=f"16714776{number:05}-2886ye",
    )


def events(work: float, *, queued: float, duration: float) -> Iterator[JobReport]:
    """What a job tells that waits for `queued` seconds and then takes `work`, evenly."""
    start, interval = START + seconds(queued), status_interval(duration)
    progressing = JobReport(at=start, status=TranscodeStatus.PROGRESSING, started_at=start)
    yield progressing
    for second in range(interval, int(work), interval):
        percent = int(100 * second / work)
        yield replace(progressing, at=start + seconds(second), percent=percent)
    yield JobReport(at=start + seconds(work), status=TranscodeStatus.COMPLETE)


@dataclass
class Seen:
    looks: int
    late: float  # seconds from the job's end to the look that saw it


def watch(said: Sequence[JobReport], duration: float, *, delay: float = 1) -> Seen:
    """Look as the state machine does; events arrive `delay` seconds after what they tell of."""
    transcode, now = submitted(), START
    for looks in itertools.count(1):
        now += seconds(wait_seconds(transcode, duration, now))
        arrived = [report for report in said if report.at + seconds(delay) <= now]
        transcode = submitted()
        for report in arrived:
            transcode = transcode.heard(report)
        if transcode.ended:
            return Seen(looks, (now - said[-1].at).total_seconds())
    raise AssertionError


@pytest.mark.parametrize("work", range(540, 601, 4))
@pytest.mark.parametrize("queued", [0, 7])
@pytest.mark.parametrize("delay", [0, 1, 3])
def test_a_ten_minute_job_is_looked_at_eight_times(work: int, queued: int, delay: float) -> None:
    seen = watch([*events(work, queued=queued, duration=600)], 600, delay=delay)

    assert seen.looks <= 8


@given(st.integers(2, 18), st.integers(0, 4))
def test_a_clips_end_is_seen_within_three_seconds(work: int, queued: int) -> None:
    seen = watch([*events(work, queued=queued, duration=10)], 10, delay=0.5)

    assert seen.late <= 3


def test_a_film_is_looked_at_about_once_a_minute() -> None:
    hour = watch([*events(3600, queued=5, duration=3600)], 3600)

    assert 40 <= hour.looks <= 60
    assert hour.late <= LONGEST


transcodes = st.builds(
    lambda started, percent, heard: replace(
        submitted(), started_at=started and START + seconds(started), percent=percent,
        heard_at=START + seconds(heard),
    ),
    st.none() | st.integers(1, 90_000),
    st.none() | st.integers(0, 100),
    st.integers(0, 90_000),
)  # fmt: skip


@given(transcodes, st.floats(0.04, 1e6), st.integers(0, 200_000))
def test_waits_are_whole_and_bounded(transcode: Transcode, duration: float, after: int) -> None:
    wait = wait_seconds(transcode, duration, START + seconds(after))

    assert isinstance(wait, int)
    assert SHORTEST <= wait <= LONGEST


@pytest.mark.parametrize("duration", [0.04, 10, 600, 14_400])
@pytest.mark.parametrize("percent", [None, 1, 50, 99, 100])
def test_the_longest_wait_fits_an_executions_history(duration: float, percent: int | None) -> None:
    """A day in the queue, then stuck for as long as a job may run, with events all the time."""
    transcode, now, looks = submitted(), START, 0
    start = START + QUEUE_LIMIT
    while not overdue(transcode, duration, now):
        now += seconds(wait_seconds(transcode, duration, now))
        looks += 1
        if now >= start:
            transcode = replace(transcode, started_at=start, percent=percent)
        transcode = replace(transcode, heard_at=now)

    assert now > start + processing_limit(duration)
    assert looks * EVENTS_PER_LOOK < HISTORY_LIMIT - 2_000  # for the other states, and for retries


def test_deadlines() -> None:
    waiting, running = submitted(), replace(submitted(), started_at=START + seconds(3600))

    assert not overdue(waiting, 10, START + QUEUE_LIMIT)
    assert overdue(waiting, 10, START + QUEUE_LIMIT + seconds(1))
    assert processing_limit(60) == seconds(1200)
    assert not overdue(running, 60, START + seconds(3600 + 1200))
    assert overdue(running, 60, START + seconds(3600 + 1201))
    assert processing_limit(100_000) == timedelta(hours=24)


def test_a_job_is_asked_about_when_it_was_silent_for_long() -> None:
    transcode = submitted()
    due = ask_at(transcode)

    assert STALE <= due - START < 2 * STALE
    assert ask_at(replace(transcode, heard_at=START + STALE)) == due + STALE
    assert ask_at(replace(transcode, asked_at=START + STALE)) == due + STALE
    look = START + seconds(wait_seconds(transcode, 6000, due - seconds(10)))
    assert look - START == seconds(10)  # no later than that


def starts_as_created() -> list[datetime]:
    """As fast as the account's quota lets jobs be created."""
    return [START + seconds(number / QUOTA) for number in range(JOBS)]


def starts_at_once() -> list[datetime]:
    return [START] * JOBS


def asked(starts: Sequence[datetime], hours: float, *, told: bool) -> list[float]:
    """When GetJob is called for jobs that never end. With `told` their events come."""
    jobs = [submitted(number, at) for number, at in enumerate(starts)]
    queue = [(job.claimed_at, number) for number, job in enumerate(jobs)]
    heapq.heapify(queue)
    calls: list[float] = []
    while queue[0][0] < START + timedelta(hours=hours):
        now, number = heapq.heappop(queue)
        job = replace(jobs[number], heard_at=now) if told else jobs[number]
        if now >= ask_at(job):
            calls.append((now - START).total_seconds())
            job = replace(job, heard_at=now)
        jobs[number] = job
        heapq.heappush(queue, (now + seconds(wait_seconds(job, 600, now)), number))
    return calls


def busiest(calls: Sequence[float], window: float) -> int:
    """Most calls in any `window` seconds."""
    most = first = 0
    for last, call in enumerate(calls):
        while call - calls[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("starts", [starts_as_created, starts_at_once])
def test_500_silent_jobs_stay_under_the_quota_of_get_job(
    starts: Callable[[], list[datetime]],
) -> None:
    """Also when all fell silent in one moment. What goes over for a second is put off, not lost."""
    calls = asked(starts(), 2, told=False)

    assert len(calls) / 7200 < QUOTA
    assert busiest(calls, 300) / 300 < QUOTA
    assert busiest(calls, 60) / 60 < QUOTA
    assert busiest(calls, 10) <= 40
    assert busiest(calls, 1) <= 20


def test_jobs_that_are_heard_of_cost_no_calls() -> None:
    assert asked(starts_at_once(), 2, told=True) == []
