from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.events import JobStateChange, ObjectCreated, Run
from spool.keys import AssetRef
from spool.transcode import JobReport, TranscodeKey, TranscodeStatus


def event(sequencer: str = "0055aed6dca90281e5", **detail: Any) -> dict[str, Any]:
    return {
        "id": "event-1",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "bucket": {"name": "originals"},
            "object": {
                "key": "originals/o/p/m-a b.jpg",
                "size": 10,
                "version-id": "v1",
                "sequencer": sequencer,
            },
            "reason": "CompleteMultipartUpload",
            **detail,
        },
    }


def test_an_event_is_read() -> None:
    assert ObjectCreated.from_event(event()) == ObjectCreated(
        bucket="originals",
        key="originals/o/p/m-a b.jpg",
        version_id="v1",
        sequencer="0055AED6DCA90281E5".ljust(64, "0"),
        size=10,
        event_id="event-1",
        attempt=None,
    )


def test_a_retry_names_its_attempt_and_may_lack_an_id() -> None:
    retry = event(attempt=2)
    del retry["id"]

    assert ObjectCreated.from_event(retry).attempt == 2


hexadecimal = st.text("0123456789ABCDEF", min_size=1, max_size=64)


@given(hexadecimal, hexadecimal)
def test_sequencers_are_compared_as_s3_documents_it(one: str, other: str) -> None:
    """Right-padded with zeros to one length, then as numbers."""
    length = max(len(one), len(other))
    documented = int(one.ljust(length, "0"), 16) < int(other.ljust(length, "0"), 16)

    first, second = (ObjectCreated.from_event(event(text)).sequencer for text in (one, other))

    assert (first < second) == documented


@pytest.mark.parametrize(
    "broken", [{}, {"detail": None}, {"detail": {}}, {"detail": {"bucket": {"name": "b"}}}]
)
def test_what_is_no_event_raises(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        ObjectCreated.from_event(broken)


RUN = Run(
    bucket="originals",
    key="originals/o/p/m-a.jpg",
    version_id="v1",
    sequencer="00",
    size=10,
    org_id="o",
    project_id="p",
    media_id="m",
    tag="0123456789ab",
    attempt=1,
    correlation_id="request-1",
)


def test_a_run_comes_back_as_it_was_also_among_what_states_add() -> None:
    assert Run.from_dict({**RUN.to_dict(), "inspection": {}}) == RUN
    assert RUN.to_dict()["correlationId"] == "request-1"


def test_a_run_knows_its_asset() -> None:
    assert RUN.ref == AssetRef("o", "p", "m")


def job_event(status: str, **detail: Any) -> dict[str, Any]:
    """As https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html shows."""
    return {
        "version": "0",
        "id": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "detail-type": "MediaConvert Job State Change",
        "source": "aws.mediaconvert",
        "account": "111122223333",
        "time": "2022-12-19T19:21:21Z",
        "region": "us-west-2",
        "resources": ["arn:aws:mediaconvert:us-west-2:111122223333:jobs/1671477617078-2886ye"],
        "detail": {
            "timestamp": 1671477681737,
            "accountId": "111122223333",
            "queue": "arn:aws:mediaconvert:us-west-2:111122223333:queues/Default",
            "jobId": "1671477617078-2886ye",
            "status": status,
            "userMetadata": {
                "orgId": "org",
                "mediaId": "media_1",
                "versionId": "v1",
                "attempt": "2",
                "tag": "0123456789ab",
                "correlationId": "request-1",
            },
            **detail,
        },
    }


AT = datetime(2022, 12, 19, 19, 21, 21, 737000, UTC)


def test_progress_of_a_job_is_read() -> None:
    progress = {"phaseProgress": {}, "jobPercentComplete": 7, "currentPhase": "TRANSCODING"}

    change = JobStateChange.from_event(job_event("STATUS_UPDATE", jobProgress=progress))

    assert change.job_id == "1671477617078-2886ye"
    assert change.key == TranscodeKey(org_id="org", media_id="media_1", version_id="v1", attempt=2)
    assert change.correlation_id == "request-1"
    assert change.report == JobReport(
        at=AT, status=TranscodeStatus.PROGRESSING, percent=7, started_at=AT
    )


@pytest.mark.parametrize("status", ["COMPLETE", "CANCELED", "ERROR"])
def test_the_end_of_a_job_is_read(status: str) -> None:
    report = JobStateChange.from_event(job_event(status, errorCode=1040, errorMessage="m")).report

    assert (report.status, report.started_at) == (status, None)
    assert (report.error_code, report.error_message) == (1040, "m")


@pytest.mark.parametrize("status", ["INPUT_INFORMATION", "NEW_WARNING", "QUEUE_HOP", "SOON"])
def test_other_events_of_a_job_are_signs_of_life(status: str) -> None:
    assert JobStateChange.from_event(job_event(status)).report == JobReport(at=AT)


@pytest.mark.parametrize("metadata", [{}, None, {"user": "x"}])
def test_a_job_of_others_has_no_key(metadata: object) -> None:
    assert JobStateChange.from_event(job_event("COMPLETE", userMetadata=metadata)).key is None


@pytest.mark.parametrize(
    "malformed", [{}, {"detail": {}}, job_event("COMPLETE", timestamp="soon")], ids=str
)
def test_what_is_no_event_of_a_job_is_refused(malformed: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        JobStateChange.from_event(malformed)
