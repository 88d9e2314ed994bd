"""The shortest stories that need everything the roles of live push allow."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from local.cloud import Cloud
from spool.events import STATUS_CHANGED
from spool.live import MOST_FAULTS, position
from spool.model import utc_now
from tests.integration.frontend import Frontend
from tests.integration.functions import Functions
from tests.integration.listener import Listener

PATIENCE = 6.0

Scenario = Callable[[], None]
Asset = Mapping[str, Any]


def scenarios(cloud: Cloud, frontend: Frontend, picture: Asset) -> Mapping[str, list[Scenario]]:
    """By function, as in `scenarios.of`."""
    functions = Functions(cloud)
    return {
        "issueticket": [
            partial(_issued, frontend),
            partial(_issued_to_a_stranger, functions, frontend),
        ],
        "authorizelive": [partial(_connected, frontend)],
        "managelive": [
            partial(_listened, frontend, picture),
            partial(_cut_off, frontend),
            partial(_gone, cloud, functions, picture),
        ],
        "pushlive": [partial(_told, cloud, functions, frontend, picture)],
    }


def _is(kind: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda frame: bool(frame["type"] == kind)


def _issued(frontend: Frontend) -> None:
    frontend.ticket()


def _issued_to_a_stranger(functions: Functions, frontend: Frontend) -> None:
    """By one who never read of this member before."""
    version = functions.forgetful("issue_ticket")
    route = {"routeKey": "POST /live/tickets"}
    assert functions.status("issue_ticket", version, claims=frontend.claims, **route) == 201


def _connected(frontend: Frontend) -> None:
    with _listening(frontend):
        pass


def _listened(frontend: Frontend, picture: Asset) -> None:
    with _listening(frontend) as listener:
        listener.say(action="subscribe", assetId=picture["id"], after=position(utc_now()))
        listener.until(_is("subscribed"), PATIENCE)
        listener.say(action="unsubscribe", assetId=picture["id"])
        listener.until(_is("unsubscribed"), PATIENCE)


def _cut_off(frontend: Frontend) -> None:
    with _listening(frontend) as listener:
        for _ in range(MOST_FAULTS):
            listener.socket.send("nothing")
        try:
            listener.until(_is("pong"), PATIENCE)
        except ConnectionClosed:
            return
    raise AssertionError("it may say nothing for ever")


def _gone(cloud: Cloud, functions: Functions, picture: Asset) -> None:
    _note(cloud, picture, connection := uuid.uuid4().hex)
    context = {
        "requestId": "test",
        "eventType": "DISCONNECT",
        "connectionId": connection,
        "authorizer": {"orgId": picture["orgId"], "principalId": "test"},
    }
    assert functions.invoke("manage_live", {"requestContext": context})["statusCode"] == 200


def _told(cloud: Cloud, functions: Functions, frontend: Frontend, picture: Asset) -> None:
    """One who listens, and one who is gone and still in the book."""
    gone = uuid.uuid4().hex
    _note(cloud, picture, gone)
    with _listening(frontend) as listener:
        listener.say(action="subscribe", assetId=picture["id"])
        listener.until(_is("subscribed"), PATIENCE)
        names = ("id", "orgId", "projectId", "rev", "status")
        detail = {name: picture[name] for name in names}
        assert functions.took("push_live", {"detail-type": STATUS_CHANGED, "detail": detail})
        listener.until(_is("asset"), PATIENCE)


def _note(cloud: Cloud, picture: Asset, connection: str) -> None:
    """That it listens to the asset."""
    target, later = f"ASSET#{picture['id']}", {"expiresAt": {"N": str(2**40)}}
    org = f"LIVE#{picture['orgId']}"
    book = {"pk": {"S": org}, "sk": {"S": f"CONNECTION#{connection}"}, "targets": {"SS": [target]}}
    listener = {"pk": {"S": f"{org}#{target}"}, "sk": {"S": connection}}
    for item in (book, listener):
        cloud.client("dynamodb").put_item(
            TableName=cloud.outputs["TableName"], Item={**item, **later}
        )


@contextmanager
def _listening(frontend: Frontend) -> Iterator[Listener]:
    """Raises AssertionError when it may not, or is cut off."""
    try:
        with Listener.of(frontend) as listener:
            yield listener
    except WebSocketException as error:
        raise AssertionError("it is not let in, or was cut off") from error
