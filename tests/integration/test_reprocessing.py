"""Assets made anew, one or many, with IAM on."""

from __future__ import annotations

import time
import uuid

import pytest

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo
from tests.integration.records import ASSET, Records


def test_what_is_made_anew_is_under_new_urls_and_the_old_ones_go_on(frontend: Frontend) -> None:
    before = frontend.ready(photo(300, 200))
    old = before["processed"]["preview"]

    answer = frontend.request("POST", f"/assets/{before['id']}/reprocess")
    assert (answer.status_code, answer.json()["id"]) == (202, f"{before['id']}.1.2")
    assert frontend.http.get(old).is_success
    assert frontend.img(before, w=96).is_success
    after = frontend.until(before["id"], lambda asset: asset["attempt"] == 2)

    assert (after["status"], after["edition"]) == ("ready", 1)
    assert after["tag"] != before["tag"]
    assert after["processed"]["preview"] != old
    assert frontend.http.get(after["processed"]["preview"]).is_success
    assert frontend.http.get(old).is_success
    assert (after["versionNumber"], after["sha256"]) == (1, before["sha256"])


def test_a_filters_worth_is_made_anew_once(frontend: Frontend) -> None:
    project = f"anew-{uuid.uuid4().hex[:8]}"
    pictures = [frontend.ready(photo(40 + n, 30), projectId=project) for n in range(3)]
    bad = frontend.upload(b"<html>no picture</html>", projectId=project)
    frontend.wait(bad)
    elsewhere = frontend.ready(photo(60, 40))

    selection = {"projectId": project, "type": "image"}
    begun = frontend.request("POST", "/reprocessings", json=selection)
    assert (begun.status_code, begun.json()["status"]) == (202, "running")

    for picture in pictures:
        again = frontend.until(picture["id"], lambda asset: asset["attempt"] == 2)
        assert (again["status"], again["edition"]) == ("ready", 1)
    frontend.until(bad, lambda asset: asset["attempt"] == 2)
    deadline = time.monotonic() + 20
    path = f"/reprocessings/{begun.json()['id']}"
    while (batch := frontend.request("GET", path).json())["status"] != "done":
        assert time.monotonic() < deadline, batch
        time.sleep(0.2)
    assert batch["assets"] == 4
    assert frontend.asset(elsewhere["id"])["attempt"] == 1


@pytest.mark.parametrize("status", ["quarantined", "processing", "uploading"])
def test_what_does_not_stand_still_is_not_made_anew(
    frontend: Frontend, cloud: Cloud, status: str
) -> None:
    asset = frontend.ready(photo(60, 40))
    Records(cloud).set(asset["id"], ASSET, {"status": status})

    answer = frontend.request("POST", f"/assets/{asset['id']}/reprocess")

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert frontend.asset(asset["id"])["attempt"] == 1


@pytest.mark.parametrize(
    "selection",
    [{}, {"status": "quarantined"}, {"projectId": "a#b"}, {"from": 1}, {"ids": ["a"]}],
)
def test_a_selection_that_says_nothing_or_nonsense_is_refused(
    frontend: Frontend, selection: dict[str, object]
) -> None:
    answer = frontend.request("POST", "/reprocessings", json=selection)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")


def test_only_an_admin_has_many_made_anew(cloud: Cloud) -> None:
    with Frontend.member(cloud, org="default", role="editor") as editor:
        answer = editor.request("POST", "/reprocessings", json={"projectId": "tests"})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
