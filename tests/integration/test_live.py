"""Live status over WebSockets, with IAM on."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from local.cloud import Cloud
from operate.deployment import Deployment
from operate.members import Directory
from spool.live import FRAME_BYTES, MOST_FAULTS, digest, position
from spool.model import utc_now
from tests.integration.frontend import Frontend, photo
from tests.integration.listener import Listener, address, listening_to


@pytest.fixture
def project() -> str:
    return f"live-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def ready(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(200, 150))


def refused(url: str) -> int:
    with pytest.raises(InvalidStatus) as refusal, connect(url):
        pass
    return int(refusal.value.response.status_code)


def test_an_upload_is_told_as_it_becomes_ready(frontend: Frontend, project: str) -> None:
    with Listener.of(frontend) as listener:
        listener.subscribe(projectId=project)
        media_id = frontend.upload(photo(200, 150), projectId=project)
        asset = listener.told("ready", media_id)

    assert asset["rev"] == frontend.asset(media_id)["rev"]
    told = [frame["asset"] for frame in listener.frames if frame["type"] == "asset"]
    assert {each["projectId"] for each in told} == {project}
    newest = sorted({each["rev"]: each["status"] for each in told}.items())
    assert [status for _, status in newest] == ["uploading", "queued", "processing", "ready"]


def test_one_listens_to_an_asset_and_hears_of_no_other(
    frontend: Frontend, ready: dict[str, Any], project: str
) -> None:
    with Listener.of(frontend) as listener:
        listener.subscribe(assetId=ready["id"])
        other = frontend.upload(photo(60, 40), projectId=project)
        frontend.wait(other)
        frontend.request("POST", f"/assets/{ready['id']}/reprocess", json={})
        listener.told("ready", ready["id"])

    assert {media_id for media_id, _ in listener.assets()} == {ready["id"]}


def test_who_was_away_is_told_what_came_meanwhile(frontend: Frontend, project: str) -> None:
    with Listener.of(frontend) as listener:
        seen = listener.subscribe(projectId=project)["position"]
    media_id = frontend.upload(photo(80, 60), projectId=project)
    frontend.wait(media_id)
    time.sleep(1)  # the news is on its way still

    with Listener.of(frontend) as listener:
        listener.subscribe(projectId=project, after=seen)

    statuses = [f["asset"]["status"] for f in listener.frames if f["type"] == "asset"]
    assert statuses[-1] == "ready"
    assert listener.frames[-1]["type"] == "subscribed"


def test_who_was_away_for_too_long_is_told_to_look_again(frontend: Frontend) -> None:
    with Listener.of(frontend) as listener:
        listener.subscribe(after="00000000000000-0")
    assert [frame["type"] for frame in listener.frames] == ["reset", "subscribed"]


def test_another_organisation_hears_nothing(cloud: Cloud, frontend: Frontend, project: str) -> None:
    with Frontend.member(cloud, org="rival") as rival, Listener.of(rival) as listener:
        listener.subscribe()
        listener.subscribe(projectId=project)
        media_id = frontend.upload(photo(60, 40), projectId=project)
        frontend.wait(media_id)

        listener.say(action="subscribe", assetId=media_id)
        refusal = listener.until(lambda frame: frame["type"] == "error")
        assert refusal["code"] == "NOT_FOUND"
        frontend.request("POST", f"/assets/{media_id}/reprocess", json={})
        frontend.wait(media_id)
        listener.subscribe(after=position(utc_now()))
        assert listener.quiet(2)
    assert listener.assets() == []


def test_who_is_removed_is_told_no_more(cloud: Cloud, frontend: Frontend, project: str) -> None:
    name, password = f"{uuid.uuid4().hex}@example.com", f"aA1-{uuid.uuid4().hex}"
    cloud.directory.admit(cloud.directory.user(name, password), "default", "viewer", name)
    with Frontend(cloud, cloud.directory.token_request(name, password)) as former:
        ticket = former.ticket()
        with Listener.of(former) as listener:
            listener.subscribe(projectId=project)

            Directory(Deployment.of_stacks("Spool", cloud.client)).remove(name)

            frontend.wait(frontend.upload(photo(60, 40), projectId=project))
            assert listener.quiet(2)
            listener.say(action="ping")
            with pytest.raises(ConnectionClosed):
                listener.until(lambda frame: frame["type"] == "pong")
        assert refused(address(ticket)) == 403


def test_a_ticket_says_where_to_connect(cloud: Cloud, frontend: Frontend) -> None:
    assert frontend.ticket()["url"] == cloud.face()["websocket"]


def test_a_ticket_lets_in_once(frontend: Frontend) -> None:
    ticket = frontend.ticket()
    with Listener.of(frontend, ticket) as listener:
        listener.say(action="ping")
        listener.until(lambda frame: frame["type"] == "pong")
    assert refused(address(ticket)) == 403


@pytest.mark.parametrize("ticket", ["forged", "x" * 43, "é" * 43, "%00", "a" * 4_000])
def test_a_forged_ticket_lets_nobody_in(cloud: Cloud, ticket: str) -> None:
    assert refused(f"{cloud.websocket_url}?ticket={ticket}") == 403


def test_no_ticket_lets_nobody_in(cloud: Cloud) -> None:
    assert refused(cloud.websocket_url) == 401


def test_an_expired_ticket_lets_nobody_in(
    cloud: Cloud, frontend: Frontend, age: Callable[[str], None]
) -> None:
    ticket = frontend.ticket()
    age(ticket["ticket"])
    assert refused(address(ticket)) == 403


@pytest.fixture
def age(cloud: Cloud) -> Callable[[str], None]:
    """Makes a ticket one of a minute ago."""

    def do(ticket: str) -> None:
        pk = {"S": f"TICKET#{digest(ticket)}"}
        cloud.client("dynamodb").update_item(
            TableName=cloud.outputs["TableName"],
            Key={"pk": pk, "sk": {"S": "TICKET"}},
            UpdateExpression="SET #until = #until - :minute",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":minute": {"N": "60"}},
        )

    return do


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        '"subscribe"',
        '{"action": "shout"}',
        '{"action": "subscribe", "assetId": 1}',
        '{"action": "subscribe", "assetId": "a", "projectId": "b"}',
        '{"action": "subscribe", "after": "yesterday"}',
        '{"action": "subscribe", "orgId": "rival"}',
        '{"action": "subscribe", "projectId": "../x"}',
        "[" * (FRAME_BYTES - 1),
        json.dumps({"action": "subscribe", "assetId": "x" * FRAME_BYTES}),
        b"\xff\xfe",
    ],
)
def test_a_frame_that_says_nothing_is_refused_and_the_connection_stays(
    frontend: Frontend, frame: str | bytes
) -> None:
    with Listener.of(frontend) as listener:
        listener.socket.send(frame)
        refusal = listener.until(lambda f: f["type"] == "error")
        assert refusal["code"] == "INVALID_REQUEST"
        assert len(refusal["message"]) < 300
        listener.say(action="ping")
        listener.until(lambda f: f["type"] == "pong")


def test_who_says_nothing_again_and_again_is_cut_off(frontend: Frontend) -> None:
    with Listener.of(frontend) as listener:
        for _ in range(MOST_FAULTS):
            listener.socket.send("nothing")
        with pytest.raises(ConnectionClosed):
            listener.until(lambda frame: frame["type"] == "pong")


def test_a_closed_connection_is_forgotten(cloud: Cloud, frontend: Frontend, project: str) -> None:
    with Listener.of(frontend) as listener:
        listener.subscribe(projectId=project)
        assert len(listening_to(cloud, project)) == 1
    deadline = time.monotonic() + 20
    while listening_to(cloud, project):
        assert time.monotonic() < deadline, "it is still known"
        time.sleep(0.1)


def test_a_connection_that_is_gone_without_a_word_is_swept(
    cloud: Cloud, frontend: Frontend, project: str
) -> None:
    """As one whose `$disconnect` never came."""
    key = {"pk": {"S": f"LIVE#default#PROJECT#{project}"}, "sk": {"S": "long-gone"}}
    later = {"expiresAt": {"N": str(int(time.time()) + 3600)}}
    cloud.client("dynamodb").put_item(TableName=cloud.outputs["TableName"], Item={**key, **later})
    connection = {"pk": {"S": "LIVE#default"}, "sk": {"S": "CONNECTION#long-gone"}}
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["TableName"],
        Item={**connection, **later, "targets": {"SS": [f"PROJECT#{project}"]}},
    )
    with Listener.of(frontend) as listener:
        listener.subscribe(projectId=project)
        media_id = frontend.upload(photo(60, 40), projectId=project)
        listener.told("ready", media_id)

        assert "long-gone" not in listening_to(cloud, project)
