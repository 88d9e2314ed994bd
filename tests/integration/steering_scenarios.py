"""The shortest stories that need everything the roles of jobs, reprocessing and S3's deletions
allow. Functions that work off a queue are called with its messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.integration.bucket import Bucket
from tests.integration.doubles import Double
from tests.integration.filters import every_filter
from tests.integration.frontend import Frontend, media_id, photo
from tests.integration.functions import Functions
from tests.integration.records import Records
from tests.integration.studio import Studio
from tests.integration.video_scenarios import note_job

_MORE = 25  # a page of them

Scenario = Callable[[], None]
Asset = Mapping[str, Any]


def scenarios(
    cloud: Cloud, frontend: Frontend, studio: Studio, picture: Asset
) -> Mapping[str, list[Scenario]]:
    """By function, as in `scenarios.of`."""
    functions = Functions(cloud)
    return {
        "managejobs": [
            partial(_lists, functions, frontend),
            partial(_statistics, frontend),
            partial(_looked_at, frontend, picture),
            partial(_cancelled, studio, frontend),
            partial(_tried_again, cloud, frontend, picture),
        ],
        "recordjobs": [partial(_recorded, functions)],
        "managereprocessings": [partial(_asked_for, frontend)],
        "reprocessassets": [partial(_reprocessed, cloud, functions, frontend)],
        "onobjectdeleted": [
            partial(_barred, functions, picture),
            partial(_fell_back, cloud, functions, frontend),
            partial(_gone_meanwhile, cloud, functions, frontend),
        ],
    }


def _lists(functions: Functions, frontend: Frontend) -> None:
    """By every filter; and a forged cursor, by one who never read the key of cursors before."""
    version = functions.forgetful("manage_jobs")
    forged = {"routeKey": "GET /jobs", "queryStringParameters": {"cursor": "Zm9yZ2Vk"}}
    status = functions.status("manage_jobs", version, claims=frontend.claims, **forged)
    assert status == 400
    for chosen in every_filter():
        assert frontend.request("GET", "/jobs", params=chosen).is_success, chosen


def _statistics(frontend: Frontend) -> None:
    assert frontend.request("GET", "/jobs/stats").is_success


def _looked_at(frontend: Frontend, picture: Asset) -> None:
    job = frontend.request("GET", f"/jobs/{picture['id']}.1.1")
    assert job.is_success, job.text
    assert job.json()["timeline"]


def _cancelled(studio: Studio, frontend: Frontend) -> None:
    note_job(studio, run := studio.begun())
    job = f"/jobs/{run['mediaId']}.1.{run['attempt']}"
    assert frontend.request("DELETE", job).status_code == 202


def _tried_again(cloud: Cloud, frontend: Frontend, picture: Asset) -> None:
    double = Double(cloud, picture, status="failed")
    answer = frontend.request("POST", f"/jobs/{double.id}.1.1")
    assert answer.status_code == 202, answer.text


def _recorded(functions: Functions) -> None:
    """A run that overtakes another: all that there is to be written."""
    job = {
        "orgId": "default",
        "projectId": "tests",
        "mediaId": media_id(),
        "versionId": "v1",
        "versionNumber": 1,
        "attempt": 2,
        "status": "queued",
        "rev": 5,
        "type": "image",
        "queuedAt": "2025-01-15T10:00:00.000Z",
        "startedAt": None,
        "endedAt": None,
        "error": None,
    }
    change = {
        **{name: job[name] for name in ("orgId", "mediaId", "rev")},
        "job": job,
        "before": None,
        "overtaken": {**job, "attempt": 1, "status": "superseded"},
        "overtakenBefore": "queued",
    }
    assert functions.took("record_jobs", {"detail": {"jobChange": change}})


def _asked_for(frontend: Frontend) -> None:
    begun = frontend.request("POST", "/reprocessings", json={"projectId": "nothing"})
    assert begun.status_code == 202, begun.text
    assert frontend.request("GET", f"/reprocessings/{begun.json()['id']}").is_success


def _reprocessed(cloud: Cloud, functions: Functions, frontend: Frontend) -> None:
    """By each list that can be asked for; and in one, more assets than a page has."""
    project = f"again-{uuid.uuid4().hex[:8]}"
    picture = frontend.ready(photo(20, 10), projectId=project)
    for _ in range(_MORE):
        Records(cloud).copy(picture["id"], media_id(), status="uploading")
    for chosen in every_filter():
        mine = {"projectId": project} if "projectId" in chosen else {}
        _work(functions, frontend, {"from": picture["uploadedAt"], **chosen, **mine})
    again = frontend.until(picture["id"], lambda asset: asset["attempt"] > 1, patience=6.0)
    assert again["status"] == "ready", again["error"]


def _work(functions: Functions, frontend: Frontend, selection: Mapping[str, str]) -> None:
    begun = frontend.request("POST", "/reprocessings", json=selection)
    assert begun.status_code == 202, begun.text
    message = {"orgId": "default", "id": begun.json()["id"]}
    assert functions.took("reprocess_assets", message), selection


def _event(key: str, version_id: str) -> Mapping[str, Any]:
    """As S3 tells of a version that is gone for good."""
    obj = {"key": key, "version-id": version_id, "sequencer": "FF"}
    return {"id": "event", "detail": {"object": obj, "deletion-type": "Permanently Deleted"}}


def _barred(functions: Functions, picture: Asset) -> None:
    """Of a version that nobody has heard of yet."""
    event = _event(picture["originalKey"], uuid.uuid4().hex)
    assert functions.took("on_object_deleted", event)


def _fell_back(cloud: Cloud, functions: Functions, frontend: Frontend) -> None:
    asset = frontend.ready(photo(20, 10))
    frontend.upload(photo(10, 20), mediaId=asset["id"])
    second = frontend.wait(asset["id"], version=2)
    Bucket(cloud, "OriginalsBucket").remove(asset["originalKey"], second["versionId"])
    event = _event(asset["originalKey"], second["versionId"])
    assert functions.took("on_object_deleted", event)
    third = frontend.until(asset["id"], lambda found: found["versionNumber"] == 3, patience=6.0)
    assert (third["width"], third["height"]) == (20, 10)


def _gone_meanwhile(cloud: Cloud, functions: Functions, frontend: Frontend) -> None:
    """What it would fall back on is gone as well."""
    asset = frontend.ready(photo(20, 10))
    frontend.upload(photo(10, 20), mediaId=asset["id"])
    second = frontend.wait(asset["id"], version=2)
    for version in (asset, second):
        Bucket(cloud, "OriginalsBucket").remove(asset["originalKey"], version["versionId"])
    event = _event(asset["originalKey"], second["versionId"])
    assert functions.took("on_object_deleted", event)
    assert frontend.asset(asset["id"])["status"] == "deleted"
