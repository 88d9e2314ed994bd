"""Events come twice and in any order; the record ends the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.transcode import ENDS, JobReport, Transcode, TranscodeKey, TranscodeStatus

START = datetime(2025, 1, 15, 10, tzinfo=UTC)
KEY = TranscodeKey(org_id="org", media_id="media_1", version_id="v1", attempt=2)
CLAIM = Transcode(
    key=KEY, tag="0123456789ab", status=TranscodeStatus.CLAIMED, claimed_at=START, heard_at=START
)

moments = st.integers(0, 5_000).map(lambda s: START + timedelta(milliseconds=200 * s))
reports = st.builds(
    JobReport,
    at=moments,
    status=st.none() | st.sampled_from(list(TranscodeStatus)[2:]),
    percent=st.none() | st.integers(0, 100),
    started_at=st.none() | moments,
    error_code=st.none() | st.sampled_from([1010, 1040]),
    error_message=st.none() | st.sampled_from(["one", "another"]),
)


def told(reports: list[JobReport]) -> Transcode:
    return reduce(Transcode.heard, reports, CLAIM)


@given(st.lists(reports, max_size=6), st.data())
def test_any_order_and_repetition_of_reports_ends_in_the_same_record(
    said: list[JobReport], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(said), max_size=4)) if said else []
    shuffled = data.draw(st.permutations(said + again))

    assert told(shuffled) == told(said)


@given(st.lists(reports, max_size=8))
def test_nothing_moves_backwards(said: list[JobReport]) -> None:
    order, before = list(TranscodeStatus), CLAIM
    for report in said:
        after = before.heard(report)
        assert (after.percent or 0) >= (before.percent or 0)
        assert after.heard_at >= before.heard_at
        assert not before.ended or after.ended
        assert after.ended or order.index(after.status) >= order.index(before.status)
        before = after


def test_a_life() -> None:
    began, ended = START + timedelta(seconds=5), START + timedelta(seconds=50)
    progressing = JobReport(at=began, status=TranscodeStatus.PROGRESSING, started_at=began)
    halfway = replace(progressing, at=began + timedelta(seconds=20), percent=50)
    complete = JobReport(at=ended, status=TranscodeStatus.COMPLETE)

    transcode = told([complete, halfway, progressing])

    assert transcode.status is TranscodeStatus.COMPLETE
    assert (transcode.percent, transcode.started_at, transcode.ended_at) == (100, began, ended)
    assert transcode.heard_at == ended


def test_of_two_ends_the_earlier_counts_with_its_reason() -> None:
    error = JobReport(at=START, status=TranscodeStatus.ERROR, error_code=1040, error_message="m")
    cancelled = JobReport(at=START + timedelta(seconds=1), status=TranscodeStatus.CANCELED)

    for said in ([error, cancelled], [cancelled, error]):
        transcode = told(said)
        assert (transcode.status, transcode.error_code) == (TranscodeStatus.ERROR, 1040)


@given(st.lists(reports, max_size=3), st.none() | moments, st.booleans())
def test_a_record_comes_back_as_it_was_stored(
    said: list[JobReport], asked_at: datetime | None, cancel: bool
) -> None:
    transcode = replace(told(said), job_id="job", asked_at=asked_at, cancel_requested=cancel)

    record = transcode.to_record()

    assert Transcode.from_record(KEY, {**record, "newer": 1}) == transcode
    assert record["claimedAt"] == "2025-01-15T10:00:00.000Z"


def test_a_key_travels_as_the_jobs_metadata() -> None:
    assert TranscodeKey.from_metadata({**KEY.to_metadata(), "tag": "x"}) == KEY


@pytest.mark.parametrize("foreign", [{}, {"attempt": "2"}, {**KEY.to_metadata(), "attempt": "x"}])
def test_a_job_of_others_has_no_key(foreign: dict[str, str]) -> None:
    assert TranscodeKey.from_metadata(foreign) is None


def test_what_ends_a_job() -> None:
    assert [status for status in TranscodeStatus if status in ENDS] == [
        "COMPLETE",
        "ERROR",
        "CANCELED",
    ]
