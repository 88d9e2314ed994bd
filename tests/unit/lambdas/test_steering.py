"""The functions of jobs, of reprocessing and of S3's deletions, with moto behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from spool.aws import clients
from tests.unit.conftest import ORIGINALS
from tests.unit.lambdas.conftest import INTAKE, Functions
from tests.unit.lambdas.test_assets import record
from tests.unit.lambdas.test_pipeline import upload
from tests.unit.services.pipeline import picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

JOB = "media_1.1.1"


def queued(name: str) -> list[dict[str, Any]]:
    sqs = clients.sqs()
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in taken]


def job(functions: Functions, method: str, job_id: str = JOB) -> tuple[int, Any]:
    status, body, _ = functions.http(
        "manage_jobs", f"{method} /jobs/{{id}}", pathParameters={"id": job_id}
    )
    return status, body


def news(rev: int, **fields: Any) -> dict[str, Any]:
    """Of a job that was queued as it is; `fields` say otherwise."""
    job = {
        "orgId": "default",
        "projectId": "proj",
        "mediaId": "media_1",
        "versionId": "v1",
        "versionNumber": 1,
        "attempt": 1,
        "status": "queued",
        "rev": rev,
        "type": "image",
        "queuedAt": "2025-01-15T10:00:00.000Z",
        "startedAt": None,
        "endedAt": None,
        "error": None,
        **fields.pop("job", {}),
    }
    names = ("orgId", "mediaId", "rev")
    change = {"before": None, "overtaken": None, "overtakenBefore": None, **fields}
    return {"detail": {"jobChange": {**{n: job[n] for n in names}, "job": job, **change}}}


def heard(functions: Functions, *messages: dict[str, Any]) -> None:
    records = [record(message) for message in messages]
    answer = functions.invoke("record_jobs", {"Records": records})
    assert answer == {"batchItemFailures": []}


def test_jobs_are_listed_and_counted_as_they_were_heard_of(functions: Functions) -> None:
    started = {"status": "processing", "startedAt": "2025-01-15T10:00:01.000Z"}
    ready = {**started, "status": "ready", "endedAt": "2025-01-15T10:00:03.000Z"}
    heard(
        functions,
        news(4, job=ready, before="processing"),
        news(2),
        news(3, job=started, before="queued"),
        news(2),
    )

    listed = functions.http("manage_jobs", "GET /jobs", queryStringParameters={"status": "ready"})
    assert [one["id"] for one in listed[1]["items"]] == [JOB]
    days = {"from": "2025-01-15", "to": "2025-01-15"}
    _, said, _ = functions.http("manage_jobs", "GET /jobs/stats", queryStringParameters=days)
    assert said["jobs"]["ready"] == said["jobs"]["queued"] == 1
    assert said["took"]["image"]["p50"] == pytest.approx(2, rel=0.05)
    assert said["waited"]["p50"] == pytest.approx(1, rel=0.05)


def test_news_that_are_none_go_to_the_dead_letters(functions: Functions) -> None:
    answer = functions.invoke("record_jobs", {"Records": [record({"detail": {}})]})
    assert len(answer["batchItemFailures"]) == 1


def test_a_failed_job_is_tried_again_through_the_intake(functions: Functions, s3: S3Client) -> None:
    run = upload(functions, s3, picture())
    error = {"Error": "Corrupt", "Cause": json.dumps({"errorMessage": "It is."})}
    functions.invoke("inspect_original", run)
    functions.invoke("write_manifest", {**run, "error": error, "stage": "inspect_original"})

    status, view = job(functions, "POST")

    assert (status, view["id"], view["status"]) == (202, "media_1.1.2", "queued")
    [message] = queued(INTAKE)
    assert message["detail"]["attempt"] == 2
    taken = functions.invoke("on_object_created", {"Records": [record(message)]})
    assert taken == {"batchItemFailures": []}
    assert job(functions, "GET", "media_1.1.2")[1]["status"] == "queued"
    assert job(functions, "POST", "media_1.1.2")[1]["code"] == "CONFLICT"


def test_one_asset_is_made_anew(functions: Functions, s3: S3Client) -> None:
    upload(functions, s3, picture())
    refused = functions.http(
        "manage_assets", "POST /assets/{id}/reprocess", pathParameters={"id": "media_1"}
    )
    assert (refused[0], refused[1]["code"]) == (409, "CONFLICT")
    assert queued(INTAKE) == []


@pytest.mark.parametrize(
    "body",
    ["{}", '{"from": null}', '{"projectId": null}', '{"from": 1}', '{"status": "deleted"}'],
)
def test_a_selection_has_to_say_something(functions: Functions, body: str) -> None:
    status, refused, _ = functions.http("manage_reprocessings", "POST /reprocessings", body=body)
    assert (status, refused["code"]) == (400, "INVALID_REQUEST")


def test_many_are_queued_by_those_who_work_it_off(functions: Functions, s3: S3Client) -> None:
    run = upload(functions, s3, picture())
    error = {"Error": "Corrupt", "Cause": json.dumps({"errorMessage": "It is."})}
    functions.invoke("inspect_original", run)
    functions.invoke("write_manifest", {**run, "error": error, "stage": "inspect_original"})
    body = json.dumps({"status": "failed", "from": "2020-01-01T00:00:00Z", "type": "image"})

    status, begun, _ = functions.http("manage_reprocessings", "POST /reprocessings", body=body)

    assert (status, begun["status"], begun["from"]) == (202, "running", "2020-01-01T00:00:00.000Z")
    [message] = queued("work")
    for _ in range(2):
        taken = functions.invoke("reprocess_assets", {"Records": [record(message)]})
        assert taken == {"batchItemFailures": []}
    assert [one["detail"]["attempt"] for one in queued(INTAKE)] == [2]
    _, done, _ = functions.http(
        "manage_reprocessings", "GET /reprocessings/{id}", pathParameters={"id": begun["id"]}
    )
    assert (done["status"], done["assets"]) == ("done", 1)


def deletion(key: str, version_id: str, kind: str = "Permanently Deleted") -> dict[str, Any]:
    obj = {"key": key, "version-id": version_id, "sequencer": "FF"}
    return {"id": "event-9", "detail": {"object": obj, "deletion-type": kind}}


def status(functions: Functions) -> Any:
    path = {"id": "media_1"}
    return functions.http("read_assets", "GET /assets/{id}", pathParameters=path)[1]["status"]


@pytest.mark.parametrize("kind", ["Permanently Deleted", "Delete Marker Created"])
def test_what_is_deleted_in_s3_is_deleted_here(
    functions: Functions, s3: S3Client, kind: str
) -> None:
    run = upload(functions, s3, picture())
    event = deletion(run["key"], run["versionId"], kind)
    s3.delete_object(Bucket=ORIGINALS, Key=run["key"], VersionId=run["versionId"])

    for _ in range(2):
        taken = functions.invoke("on_object_deleted", {"Records": [record(event)]})
        assert taken == {"batchItemFailures": []}

    assert status(functions) == "deleted"


def test_deletions_of_what_is_no_original_are_passed_over(
    functions: Functions, s3: S3Client
) -> None:
    run = upload(functions, s3, picture())
    others = [
        deletion("originals/outside", "v1"),
        deletion("originals/default/proj/media_9-a.jpg", "v1"),
        deletion(run["key"], "a-marker-that-was-removed"),
    ]

    taken = functions.invoke("on_object_deleted", {"Records": [record(one) for one in others]})

    assert taken == {"batchItemFailures": []}
    assert status(functions) == "queued"
