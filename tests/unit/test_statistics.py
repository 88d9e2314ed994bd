from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.jobs import Job, JobChange, JobStatus
from spool.model import AssetError, timestamp
from spool.statistics import GROWTH, Tally, bucket, summary

NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)


def job(status: JobStatus, *, queued: float, waited: float = 0, took: float = 0) -> Job:
    """Times in seconds; `queued` after noon."""
    began = NOON + timedelta(seconds=queued)
    started = began + timedelta(seconds=waited)
    ended = started + timedelta(seconds=took)
    failed = status is JobStatus.FAILED
    return Job(
        org_id="org",
        project_id="proj",
        media_id="m1",
        version_id="v1",
        version_number=1,
        attempt=1,
        status=status,
        rev=1,
        type=Family.IMAGE,
        queued_at=timestamp(began),
        started_at=None if status is JobStatus.QUEUED else timestamp(started),
        ended_at=None if status.is_active else timestamp(ended),
        error=AssetError(AssetErrorCode.CORRUPT, "", "", timestamp(ended)) if failed else None,
    )


def changed(after: Job, before: JobStatus | None) -> JobChange:
    return JobChange(
        org_id="org",
        media_id="m1",
        rev=1,
        job=after,
        before=before,
        overtaken=None,
        overtaken_before=None,
    )


class Counted:
    """Counters to which tallies are added."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.days: dict[str, Counter[str]] = {}

    def add(self, change: JobChange) -> None:
        tally = Tally.of(change)
        self.now.update(tally.now)
        for day, counts in tally.days.items():
            self.days.setdefault(day, Counter()).update(counts)

    def run(self, status: JobStatus, **times: float) -> None:
        """A whole run."""
        queued = {name: value for name, value in times.items() if name == "queued"}
        self.add(changed(job(JobStatus.QUEUED, **queued), None))
        started = {name: value for name, value in times.items() if name != "took"}
        self.add(changed(job(JobStatus.PROCESSING, **started), JobStatus.QUEUED))
        self.add(changed(job(status, **times), JobStatus.PROCESSING))


def test_what_is_under_way_is_the_difference_of_what_came_and_went() -> None:
    counted = Counted()
    counted.add(changed(job(JobStatus.QUEUED, queued=0), None))
    counted.run(JobStatus.READY, queued=1, took=1)
    counted.add(changed(job(JobStatus.QUEUED, queued=2), None))
    counted.add(changed(job(JobStatus.PROCESSING, queued=2, waited=1), JobStatus.QUEUED))

    assert summary(counted.now, counted.days, NOON)["queue"] == {"queued": 1, "running": 1}


def test_rates_outcomes_and_reasons() -> None:
    counted = Counted()
    for second in range(30):
        counted.run(JobStatus.READY, queued=second, waited=2, took=1)
    for second in range(10):
        counted.run(JobStatus.FAILED, queued=second, took=1)

    said = summary(counted.now, counted.days, NOON + timedelta(minutes=30))

    assert said["jobs"] == {
        "queued": 40,
        "ready": 30,
        "failed": 10,
        "quarantined": 0,
        "superseded": 0,
    }
    assert said["successRate"] == 0.75
    assert said["failures"] == {"CORRUPT": 10}
    assert said["rates"] == {"queued": round(40 / 60, 3), "ready": 0.5, "failed": round(1 / 6, 3)}
    assert said["hours"] == [
        {
            "at": "2025-01-15T12:00:00.000Z",
            "queued": 40,
            "ready": 30,
            "failed": 10,
            "quarantined": 0,
            "superseded": 0,
        }
    ]


def test_a_run_that_was_rebuilt_is_not_counted_once_more() -> None:
    counted = Counted()
    counted.add(changed(job(JobStatus.READY, queued=0, took=1), None))

    assert (counted.now, counted.days) == ({}, {})


def test_a_rate_of_the_last_hour_takes_what_is_left_of_the_one_before() -> None:
    counted = Counted()
    for second in range(60):
        counted.run(JobStatus.READY, queued=second)

    at = NOON + timedelta(hours=1, minutes=15)
    assert summary(counted.now, counted.days, at)["rates"]["ready"] == 0.75
    later = NOON + timedelta(hours=2)
    assert summary(counted.now, counted.days, later)["rates"]["ready"] == 0


@given(st.lists(st.floats(0.001, 80_000), min_size=1, max_size=300))
def test_percentiles_are_right_to_five_percent(seconds: list[float]) -> None:
    counted = Counted()
    for number, took in enumerate(seconds):
        counted.run(JobStatus.READY, queued=number, took=took)
    ordered = sorted(round(took, 3) for took in seconds)

    said = summary(counted.now, counted.days, NOON)["took"]["image"]

    assert said["count"] == len(seconds)
    for share in (50, 90, 99):
        true = ordered[-(-len(ordered) * share // 100) - 1]
        assert said[f"p{share}"] == pytest.approx(true, rel=0.05, abs=0.0011)


@given(st.floats(0, 10**8))
def test_a_bucket_has_what_lies_between_its_bounds(millis: float) -> None:
    number = bucket(timedelta(milliseconds=millis))

    assert max(millis, 1) <= GROWTH**number * 1.001
    assert number == 0 or millis > GROWTH ** (number - 1) * 0.999
