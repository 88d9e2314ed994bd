"""Calls as MediaConvert's API takes them, checked against its model, and its documented answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from spool.aws import clients
from spool.aws.mediaconvert import CLOCKS_APART, MediaConvertQueue
from spool.errors import EncoderFault, NotFound, Throttled, Transient
from spool.transcode import JobReport, TranscodeStatus
from spool.video.job import JobTarget, build_job, template
from tests.unit.services.encoder import source

NOW = datetime(2025, 1, 15, 10, tzinfo=UTC)
QUEUE = "arn:aws:mediaconvert:eu-west-1:123456789012:queues/Spool"
ROLE = "arn:aws:iam::123456789012:role/transcoding"
METADATA = {"orgId": "org", "projectId": "proj", "mediaId": "media_1", "attempt": "1"}
TARGET = JobTarget(input="s3://o/a.mp4", stream="s3://r/video", captures="s3://r/frame")
JOB = build_job(template(), source(), TARGET)
CREATED = {
    **JOB,
    "Queue": QUEUE,
    "Role": ROLE,
    "ClientRequestToken": "token",
    "UserMetadata": METADATA,
}


def queue() -> MediaConvertQueue:
    return MediaConvertQueue(queue=QUEUE, role=ROLE, clock=lambda: NOW)


@pytest.fixture
def stub(aws: None) -> Iterator[Stubber]:
    with Stubber(clients.mediaconvert()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer(**fields: Any) -> dict[str, Any]:
    return {"Id": "job-1", "Role": ROLE, "Settings": {}, **fields}


def refuse(stub: Stubber, call: str, status: int, code: str) -> None:
    stub.add_client_error(call, code, "no", http_status_code=status)


def test_a_job_is_created_as_documented(stub: Stubber) -> None:
    stub.add_response("create_job", {"Job": answer()}, CREATED)

    assert queue().create(JOB, "token", METADATA) == "job-1"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "BadRequestException", EncoderFault),
        (429, "TooManyRequestsException", Throttled),
        (402, "ServiceQuotaExceededException", Throttled),
        (409, "ConflictException", Transient),
        (500, "InternalServerErrorException", Transient),
        (403, "ForbiddenException", ClientError),
        (404, "NotFoundException", ClientError),
    ],
)
def test_why_a_job_was_not_created(
    stub: Stubber, status: int, code: str, error: type[Exception]
) -> None:
    refuse(stub, "create_job", status, code)

    with pytest.raises(error) as refused:
        queue().create(JOB, "token", METADATA)
    assert type(refused.value) is error or error is ClientError


def page(*jobs: dict[str, Any], then: str | None = None) -> dict[str, Any]:
    return {"Jobs": list(jobs), **({"NextToken": then} if then else {})}


def job(number: int, at: datetime, metadata: dict[str, str] | None = None) -> dict[str, Any]:
    found = answer(Id=f"job-{number}", CreatedAt=at)
    return found if metadata is None else {**found, "UserMetadata": metadata}


def test_a_job_is_found_by_its_metadata_on_any_page(stub: Stubber) -> None:
    listed = {"Queue": QUEUE.rpartition("/")[2], "Order": "DESCENDING"}
    other = {**METADATA, "attempt": "2"}
    stub.add_response("list_jobs", page(job(3, NOW), job(2, NOW, other), then="more"), listed)
    stub.add_response("list_jobs", page(job(1, NOW, METADATA)), {**listed, "NextToken": "more"})

    assert queue().find(METADATA, NOW) == "job-1"


def test_the_search_ends_where_the_claim_began(stub: Stubber) -> None:
    before = NOW - CLOCKS_APART - timedelta(seconds=1)
    stub.add_response("list_jobs", page(job(2, NOW), job(1, before, METADATA), then="more"))

    assert queue().find(METADATA, NOW) is None


def test_what_is_known_of_a_job_under_way(stub: Stubber) -> None:
    start = NOW - timedelta(minutes=1)
    under_way = answer(
        Status="PROGRESSING",
        JobPercentComplete=40,
        Timing={"SubmitTime": start, "StartTime": start},
    )
    stub.add_response("get_job", {"Job": under_way}, {"Id": "job-1"})

    assert queue().get("job-1") == JobReport(
        at=NOW, status=TranscodeStatus.PROGRESSING, percent=40, started_at=start
    )


def test_what_is_known_of_a_job_that_has_ended(stub: Stubber) -> None:
    end = NOW - timedelta(minutes=1)
    ended = answer(Status="ERROR", ErrorCode=1040, ErrorMessage="m", Timing={"FinishTime": end})
    stub.add_response("get_job", {"Job": ended}, {"Id": "job-1"})

    assert queue().get("job-1") == JobReport(
        at=end, status=TranscodeStatus.ERROR, error_code=1040, error_message="m"
    )


def test_a_job_that_is_gone(stub: Stubber) -> None:
    refuse(stub, "get_job", 404, "NotFoundException")

    with pytest.raises(NotFound):
        queue().get("job-1")


def test_a_job_is_cancelled(stub: Stubber) -> None:
    stub.add_response("cancel_job", {}, {"Id": "job-1"})

    queue().cancel("job-1")


@pytest.mark.parametrize(
    ("status", "code"), [(404, "NotFoundException"), (409, "ConflictException")]
)
def test_what_has_ended_needs_no_cancelling(stub: Stubber, status: int, code: str) -> None:
    refuse(stub, "cancel_job", status, code)

    queue().cancel("job-1")


@pytest.mark.parametrize("call", ["get", "cancel"])
def test_a_forbidden_call_is_told(stub: Stubber, call: str) -> None:
    refuse(stub, f"{call}_job", 403, "ForbiddenException")

    with pytest.raises(ClientError):
        getattr(queue(), call)("job-1")
