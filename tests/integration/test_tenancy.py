"""What belongs to one organisation is to another as if it didn't exist, seen over HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote

import httpx
import pytest

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo
from tests.strangers import REQUESTS, WITH_CURSORS, Asked, Names, naming_routes

PASSING = frozenset({"apigw-requestid", "date", "server-timing", "x-amz-cf-id", "x-amzn-requestid"})
STREAM = "GET /assets/{id}/stream/{file}"


@pytest.fixture(scope="module")
def names(frontend: Frontend) -> Names:
    """Of what `default` has: a ready asset with a comment, an upload that is to replace it, a
    download, and more than a page of assets."""
    wish = {"projectId": f"walk-{uuid.uuid4().hex[:8]}", "filename": "walkers.jpg"}
    frontend.ready(photo(64, 48), **wish)
    asset = frontend.ready(photo(80, 60), **wish)
    ticket = frontend.presign(parts=2, mediaId=asset["id"], **wish)
    path, remark = f"/assets/{asset['id']}/comments", {"text": "Brighter, please."}
    comment = frontend.request("POST", path, json=remark)
    download = frontend.request("POST", "/downloads", json={"ids": [asset["id"]]})
    batch = frontend.request("POST", "/reprocessings", json={"projectId": "of-nothing"})
    query = {"projectId": wish["projectId"], "limit": "1"}
    hook = frontend.request("POST", "/webhooks", json={"url": "https://a.example/"})
    return Names(
        media_id=asset["id"],
        version_id=asset["versionId"],
        comment_id=comment.json()["id"],
        project_id=wish["projectId"],
        filename=wish["filename"],
        upload_id=ticket["uploadId"],
        download_id=download.json()["id"],
        reprocessing_id=batch.json()["id"],
        webhook_id=hook.json()["id"],
        event_id=f"event_{28 * '0'}",
        cursor=frontend.request("GET", "/assets", params=query).json()["cursor"],
        org_id="default",
    )


@pytest.fixture
def rival(cloud: Cloud) -> Iterator[Frontend]:
    """The admin of an organisation that has nothing."""
    rival = Frontend.member(cloud, org=f"rival-{uuid.uuid4().hex[:8]}")
    yield rival
    rival.http.close()


def asked(member: Frontend, route: str, request: Asked) -> httpx.Response:
    method, _, path = route.partition(" ")
    path = re.sub(r"\{(\w+)\}", lambda name: quote(request.path[name[1]], safe=""), path)
    body = {} if request.body is None else {"json": request.body}
    return member.request(method, path, params=dict(request.query), **body)


def seen(member: Frontend, route: str, request: Asked, names: Names) -> Mapping[str, object]:
    """Everything of the answer, without the names."""
    answer = asked(member, route, request)
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return {"status": answer.status_code, "body": names.without(answer.text), "headers": headers}


def test_the_walk_takes_every_route_that_names_something() -> None:
    assert REQUESTS.keys() == naming_routes()


@pytest.mark.parametrize("route", sorted(REQUESTS))
def test_another_organisations_things_are_answered_as_what_does_not_exist(
    rival: Frontend, names: Names, route: str
) -> None:
    unknown = names.unknown()
    ask = REQUESTS[route]

    there = seen(rival, route, ask(names), names)
    assert there == seen(rival, route, ask(unknown), unknown)


@pytest.mark.parametrize("route", sorted(WITH_CURSORS))
def test_another_organisations_cursor_is_refused_as_a_forged_one(
    rival: Frontend, names: Names, route: str
) -> None:
    unknown = names.unknown()
    ask = WITH_CURSORS[route]

    there = seen(rival, route, ask(names), names)
    assert there["status"] == 400
    assert there == seen(rival, route, ask(unknown), unknown)


def test_a_grant_of_ones_own_does_not_tell_what_another_organisation_has(
    rival: Frontend, names: Names
) -> None:
    own = rival.ready(photo(64, 48), private=True)
    grant = rival.request("POST", f"/assets/{own['id']}/access", json={}).json()["grants"][0]
    query = dict(parse_qsl(grant["query"]))
    unknown = names.unknown()

    there, nothing = (
        seen(rival, STREAM, replace(REQUESTS[STREAM](one), query=query), one)
        for one in (names, unknown)
    )
    assert there == nothing
    assert there["status"] == 403


def test_all_of_it_is_still_there_afterwards(
    frontend: Frontend, rival: Frontend, names: Names
) -> None:
    for route in ("DELETE /assets/{id}", "DELETE /uploads/{uploadId}", "DELETE /jobs/{id}"):
        assert asked(rival, route, REQUESTS[route](names)).status_code == 404

    assert frontend.asset(names.media_id)["status"] == "ready"
    for route in (
        "GET /uploads/{uploadId}/parts",
        "GET /downloads/{id}",
        "GET /jobs/{id}",
        "GET /reprocessings/{id}",
    ):
        assert asked(frontend, route, REQUESTS[route](names)).is_success
