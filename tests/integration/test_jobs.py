"""Jobs over HTTP, with IAM on: their lists, timelines, records, retries and statistics."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud import Cloud
from tests.clips import clip
from tests.integration.frontend import Frontend, photo
from tests.integration.records import ASSET, Records

PATIENCE = 30.0


def until(look: Callable[[], Any], found: Callable[[Any], object], what: str) -> Any:
    """What `look` gives once it is as it should be: records follow within moments."""
    deadline = time.monotonic() + PATIENCE
    while not found(seen := look()):
        assert time.monotonic() < deadline, f"{what}: {seen}"
        time.sleep(0.1)
    return seen


def get(frontend: Frontend, job_id: str) -> dict[str, Any]:
    answer = frontend.request("GET", f"/jobs/{job_id}")
    assert answer.is_success, answer.text
    return dict(answer.json())


def listed(frontend: Frontend, **query: str) -> list[dict[str, Any]]:
    answer = frontend.request("GET", "/jobs", params=query)
    assert answer.is_success, answer.text
    return list(answer.json()["items"])


def statistics(frontend: Frontend) -> dict[str, Any]:
    answer = frontend.request("GET", "/jobs/stats")
    assert answer.is_success, answer.text
    return dict(answer.json())


@pytest.fixture
def project() -> str:
    return f"jobs-{uuid.uuid4().hex[:8]}"


def test_a_pictures_run_has_a_timeline_with_both_of_its_branches(frontend: Frontend) -> None:
    asset = frontend.ready(photo(200, 150))

    job = get(frontend, f"{asset['id']}.1.1")

    stages = {stage["name"]: stage for stage in job["timeline"]}
    assert list(stages) == sorted(stages, key=lambda name: stages[name]["startedAt"])
    assert set(stages) == {
        "inspect_original",
        "metadata_extract",
        "image_variants",
        "write_manifest",
    }
    assert {stage["status"] for stage in stages.values()} == {"succeeded"}
    assert all(stage["startedAt"] <= stage["endedAt"] for stage in stages.values())
    assert {(stage["attempts"], stage["looks"]) for stage in stages.values()} == {(1, 1)}
    assert job["queuedAt"] <= job["startedAt"] <= job["endedAt"] == asset["processedAt"]
    assert job["execution"]["arn"].rpartition(":")[2].endswith("-1")
    assert job["execution"]["arn"] in job["execution"]["url"]


def test_a_films_run_has_the_stages_of_a_film(frontend: Frontend) -> None:
    media_id = frontend.upload(clip(320, 180, 2), filename="a.mp4", contentType="video/mp4")
    asset = frontend.wait(media_id, patience=120)
    assert asset["status"] == "ready", asset["error"]

    job = get(frontend, f"{media_id}.1.1")

    assert [stage["name"] for stage in job["timeline"]] == [
        "inspect_original",
        "probe_video",
        "submit_mediaconvert",
        "wait_mediaconvert",
        "collect_outputs",
        "video_stills",
        "write_manifest",
    ]
    assert job["type"] == "video"


def test_a_failed_job_is_listed_tried_again_and_remembered(
    frontend: Frontend, project: str
) -> None:
    media_id = frontend.upload(b"<html>no picture</html>", projectId=project)
    frontend.wait(media_id)
    first = f"{media_id}.1.1"

    until(
        lambda: [job["id"] for job in listed(frontend, projectId=project, status="failed")],
        lambda ids: ids == [first],
        "the failed job is listed",
    )
    answer = frontend.request("POST", f"/jobs/{first}")
    assert (answer.status_code, answer.json()["id"]) == (202, f"{media_id}.1.2")
    frontend.until(media_id, lambda asset: asset["attempt"] == 2)

    second = get(frontend, f"{media_id}.1.2")
    assert second["error"]["code"] == "TYPE_MISMATCH"
    failed = next(stage for stage in second["timeline"] if stage["status"] == "failed")
    assert failed["name"] == second["stage"] == "inspect_original"
    assert failed["error"]["code"] == "TYPE_MISMATCH"
    assert get(frontend, first)["error"]["code"] == "TYPE_MISMATCH"
    until(
        lambda: [job["id"] for job in listed(frontend, projectId=project)],
        lambda ids: ids == [f"{media_id}.1.2", first],
        "both jobs are listed",
    )


def test_statistics_count_each_run_once(cloud: Cloud, project: str) -> None:
    with Frontend.member(cloud, org=f"stats-{uuid.uuid4().hex[:8]}") as member:
        assert statistics(member)["jobs"]["queued"] == 0
        for number in range(4):
            member.ready(photo(40 + number, 30), projectId=project)
        for _ in range(2):
            member.wait(member.upload(b"<html>no picture</html>", projectId=project))

        said = until(
            lambda: statistics(member),
            lambda said: said["jobs"]["ready"] + said["jobs"]["failed"] == 6,
            "six jobs are counted",
        )

    assert said["queue"] == {"queued": 0, "running": 0}
    assert said["jobs"] == {
        "queued": 6,
        "ready": 4,
        "failed": 2,
        "quarantined": 0,
        "superseded": 0,
    }
    assert said["successRate"] == pytest.approx(4 / 6, abs=1e-4)
    assert said["failures"] == {"TYPE_MISMATCH": 2}
    took = said["took"]["image"]
    assert took["count"] == 4
    assert 0 < took["p50"] <= took["p90"] <= took["p99"]
    assert sum(hour["queued"] for hour in said["hours"]) == 6


def test_an_overtaken_run_is_superseded(frontend: Frontend) -> None:
    """By a version that comes while it is at its transcoding."""
    media_id = frontend.upload(clip(320, 180, 3), filename="a.mp4", contentType="video/mp4")
    frontend.until_transcoding(media_id, patience=60)
    newer = {"filename": "a.mp4", "contentType": "video/mp4", "mediaId": media_id}
    frontend.upload(clip(160, 90, 1), **newer)
    frontend.wait(media_id, version=2, patience=120)

    job = until(
        lambda: get(frontend, f"{media_id}.1.1"),
        lambda job: job["status"] == "superseded" and job["endedAt"],
        "the first run is over",
    )
    assert job["versionNumber"] == 1
    until(
        lambda: [one["id"] for one in listed(frontend, status="superseded")],
        lambda ids: f"{media_id}.1.1" in ids,
        "it is listed",
    )


def test_a_running_job_is_not_tried_again_and_a_finished_one_not_cancelled(
    frontend: Frontend, cloud: Cloud
) -> None:
    asset = frontend.ready(photo(60, 40))
    job = f"/jobs/{asset['id']}.1.1"
    assert frontend.request("DELETE", job).status_code == 409
    refused = frontend.request("POST", job)
    assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")
    assert f"/assets/{asset['id']}/reprocess" in refused.json()["detail"]

    Records(cloud).set(asset["id"], ASSET, {"status": "processing"})
    assert frontend.request("POST", job).status_code == 409
    ended = frontend.request("DELETE", job)
    assert (ended.status_code, ended.json()["error"]["code"]) == (202, "CANCELLED")
    assert frontend.request("DELETE", job).status_code == 202


@pytest.mark.parametrize("path", ["/jobs", "/assets"])
@pytest.mark.parametrize(
    "query",
    [
        {"status": "ready' OR '1'='1"},
        {"status": "ready#image"},
        {"projectId": "a#b"},
        {"projectId": "tests#ready"},
        {"type": "image#ready"},
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"limit": "101"},
        {"unknown": "1"},
    ],
)
def test_a_filter_can_not_reach_into_another_list(
    frontend: Frontend, path: str, query: dict[str, str]
) -> None:
    answer = frontend.request("GET", path, params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "query", [{"from": "2026-01-01", "to": "2026-02-15"}, {"from": "1"}, {"days": "1"}]
)
def test_statistics_of_too_many_days_are_refused(frontend: Frontend, query: dict[str, str]) -> None:
    answer = frontend.request("GET", "/jobs/stats", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
