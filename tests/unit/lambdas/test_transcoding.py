"""The functions around a MediaConvert job, from submission to end, and what a client sees of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY, Stubber

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.errors import Cancelled, Superseded, Throttled
from spool.events import Run
from spool.model import utc_now
from spool.services import lifecycle
from tests.unit.conftest import TABLE
from tests.unit.lambdas.conftest import MEDIACONVERT_QUEUE, Functions
from tests.unit.lambdas.test_pipeline import upload
from tests.unit.services.encoder import source
from tests.unit.services.test_lifecycle import started
from tests.unit.test_events import job_event

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

JOB = {"Id": "1671477617078-2886ye", "Role": "role", "Settings": {}}


@pytest.fixture
def mediaconvert(functions: Functions) -> Iterator[Stubber]:
    with Stubber(clients.mediaconvert()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def run(functions: Functions, s3: S3Client) -> dict[str, Any]:
    """The input of the states: a run that was inspected and probed."""
    run = upload(functions, s3, b"video")
    catalogue = DynamoCatalogue(table=TABLE, clock=utc_now)
    lifecycle.change_run(catalogue, Run.from_dict(run), started)
    return {**run, "source": source(12).to_dict()}


def created(mediaconvert: Stubber) -> None:
    named = ("Settings", "StatusUpdateInterval", "ClientRequestToken", "UserMetadata")
    request = dict.fromkeys(named, ANY) | {
        "Queue": MEDIACONVERT_QUEUE,
        "Role": "arn:aws:iam::123456789012:role/transcoding",
    }
    mediaconvert.add_response("create_job", {"Job": JOB}, request)


def heard(functions: Functions, run: dict[str, Any], status: str, **detail: Any) -> None:
    event = job_event(status, **detail)
    event["detail"]["userMetadata"] |= {
        "orgId": run["orgId"],
        "mediaId": run["mediaId"],
        "versionId": run["versionId"],
        "attempt": str(run["attempt"]),
    }
    event["detail"]["timestamp"] = int(utc_now().timestamp() * 1000)
    assert functions.invoke("on_mediaconvert_event", event) == {}


def job(functions: Functions, method: str = "GET", job_id: str = "media_1.1.1") -> tuple[int, Any]:
    status, body, _ = functions.http(
        "manage_jobs", f"{method} /jobs/{{id}}", pathParameters={"id": job_id}
    )
    return status, body


def test_a_job_from_its_submission_to_its_end(
    functions: Functions, mediaconvert: Stubber, run: dict[str, Any]
) -> None:
    created(mediaconvert)
    assert functions.invoke("submit_mediaconvert", run) == {"waitSeconds": 2}
    assert functions.invoke("wait_mediaconvert", run) == {"done": False, "waitSeconds": 2}

    heard(functions, run, "STATUS_UPDATE", jobProgress={"jobPercentComplete": 40})
    status, view = job(functions)
    assert (status, view["stage"], view["percent"]) == (200, "wait_mediaconvert", 40)
    _, asset, _ = functions.http(
        "read_assets", "GET /assets/{id}", pathParameters={"id": "media_1"}
    )
    assert (asset["progress"], asset["jobId"]) == ({"percent": 40}, "media_1.1.1")

    heard(functions, run, "COMPLETE")
    assert functions.invoke("wait_mediaconvert", run) == {"done": True, "waitSeconds": 0}


def test_a_full_account_is_tried_again_patiently(
    functions: Functions, mediaconvert: Stubber, run: dict[str, Any]
) -> None:
    mediaconvert.add_client_error("create_job", "TooManyRequestsException", "", 429)
    with pytest.raises(Throttled):
        functions.invoke("submit_mediaconvert", run)

    created(mediaconvert)
    functions.invoke("submit_mediaconvert", run)


def test_a_cancelled_job_ends_as_the_user_wished(
    functions: Functions, mediaconvert: Stubber, run: dict[str, Any]
) -> None:
    created(mediaconvert)
    functions.invoke("submit_mediaconvert", run)

    assert job(functions, "DELETE")[0] == 202
    assert job(functions, "DELETE")[0] == 202
    mediaconvert.add_response("cancel_job", {}, {"Id": JOB["Id"]})
    with pytest.raises(Cancelled):
        functions.invoke("wait_mediaconvert", run)
    failure = {"Error": "Cancelled", "Cause": json.dumps({"errorMessage": "It was cancelled."})}
    functions.invoke("write_manifest", {**run, "error": failure, "stage": "wait_mediaconvert"})

    status, view = job(functions)
    assert (status, view["status"], view["error"]["code"]) == (200, "failed", "CANCELLED")


def test_what_is_cancelled_before_its_transcoding_never_comes_to_one(
    functions: Functions, mediaconvert: Stubber, run: dict[str, Any]
) -> None:
    status, view = job(functions, "DELETE")
    assert (status, view["status"], view["error"]["code"]) == (202, "failed", "CANCELLED")

    with pytest.raises(Superseded):
        functions.invoke("submit_mediaconvert", run)


def test_a_version_that_came_meanwhile_is_not_transcoded(
    functions: Functions, mediaconvert: Stubber, run: dict[str, Any], s3: S3Client
) -> None:
    s3.put_object(Bucket=run["bucket"], Key=run["key"], Body=b"newer")

    with pytest.raises(Superseded):
        functions.invoke("submit_mediaconvert", run)


def test_events_of_other_jobs_are_passed_over(
    functions: Functions, mediaconvert: Stubber, run: dict[str, Any]
) -> None:
    created(mediaconvert)
    functions.invoke("submit_mediaconvert", run)

    for foreign in (
        job_event("COMPLETE", userMetadata={}),
        job_event("COMPLETE"),  # of an asset that isn't
    ):
        assert functions.invoke("on_mediaconvert_event", foreign) == {}
    heard(functions, run, "COMPLETE", jobId="another")

    assert job(functions)[1]["stage"] == "wait_mediaconvert"


def test_what_is_no_event_stays_with_the_caller(functions: Functions) -> None:
    with pytest.raises(KeyError):
        functions.invoke("on_mediaconvert_event", {"detail": {}})


def test_a_job_that_never_was(functions: Functions) -> None:
    for unknown in ("media_1.1.1", "x" * 3000, "a.b.c"):
        status, problem = job(functions, job_id=unknown)
        assert (status, problem["code"]) == (404, "NOT_FOUND")
