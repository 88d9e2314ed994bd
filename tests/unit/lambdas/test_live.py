"""Tickets, connections and what they say, through the handlers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from spool.aws import clients
from spool.aws.line import ApiGatewayLine
from spool.events import PROGRESSED, STATUS_CHANGED
from tests.unit.lambdas.conftest import ADMIN, Functions

METHOD = "arn:aws:execute-api:eu-west-1:123456789012:live0/live/$connect"


@dataclass
class MemoryLine:
    """Implements `live_ports.Line`."""

    sent: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def send(self, connection: str, frame: Mapping[str, Any]) -> bool:
        self.sent.append((connection, frame))
        return True

    def hang_up(self, connection: str) -> None:
        self.closed.append(connection)


class Client:
    """A connection, as API Gateway speaks of it."""

    def __init__(self, functions: Functions, line: MemoryLine) -> None:
        self.functions, self.line = functions, line

    @property
    def frames(self) -> list[Mapping[str, Any]]:
        """What it was sent."""
        return [frame for _, frame in self.line.sent]

    def event(self, kind: str, body: str = "", org_id: str = "default") -> dict[str, Any]:
        context = {
            "requestId": "request-1",
            "eventType": kind,
            "connectionId": "one",
            "authorizer": {"orgId": org_id, "principalId": "user-1"},
        }
        return {"requestContext": context, "body": body}

    def does(self, kind: str, body: str = "") -> int:
        answer = self.functions.invoke("manage_live", self.event(kind, body))
        return int(answer["statusCode"])

    def says(self, **frame: Any) -> None:
        assert self.does("MESSAGE", json.dumps(frame)) == 200


@pytest.fixture
def client(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Client:
    line = MemoryLine()
    for name in ("manage_live", "push_live"):
        monkeypatch.setattr(f"{name}.handler.ApiGatewayLine", lambda _: line)
    return Client(functions, line)


def authorize(functions: Functions, ticket: str) -> dict[str, Any]:
    event = {
        "methodArn": METHOD,
        "queryStringParameters": {"ticket": ticket},
        "requestContext": {"requestId": "request-1"},
    }
    return functions.invoke("authorize_live", event)


def effect(answer: dict[str, Any]) -> tuple[str, str]:
    [statement] = answer["policyDocument"]["Statement"]
    return statement["Effect"], statement["Resource"]


def test_a_ticket_lets_its_bearer_in_once(functions: Functions) -> None:
    status, ticket, _ = functions.http("issue_ticket", "POST /live/tickets")
    assert status == 201
    assert ticket["url"] == "wss://live0.execute-api.eu-west-1.amazonaws.com/live"

    first = authorize(functions, ticket["ticket"])
    again = authorize(functions, ticket["ticket"])

    assert effect(first) == ("Allow", METHOD)
    assert (first["principalId"], first["context"]) == (ADMIN.id, {"orgId": "default"})
    assert effect(again) == ("Deny", METHOD)
    assert "context" not in again


@pytest.mark.parametrize("ticket", ["", "x" * 43, "é" * 43, "a" * 5_000])
def test_what_is_no_ticket_lets_nobody_in(functions: Functions, ticket: str) -> None:
    assert effect(authorize(functions, ticket)) == ("Deny", METHOD)


def news(event: str, **detail: Any) -> dict[str, Any]:
    body = {"detail-type": event, "detail": {"orgId": "default", "id": "m1", **detail}}
    return {"Records": [{"messageId": "message-1", "body": json.dumps(body)}]}


def test_who_listens_is_told_until_gone(client: Client, functions: Functions) -> None:
    assert client.does("CONNECT") == 200
    client.says(action="subscribe", projectId="show")
    told = news(STATUS_CHANGED, projectId="show", rev=3, status="ready", jobChange={})

    assert functions.invoke("push_live", told) == {"batchItemFailures": []}
    run = {"projectId": "show", "versionId": "v1", "attempt": 1}
    functions.invoke("push_live", news(PROGRESSED, **run, percent=40))
    client.does("DISCONNECT")
    functions.invoke("push_live", told)

    subscribed, asset, progress = client.frames
    assert (subscribed["type"], subscribed["projectId"]) == ("subscribed", "show")
    assert asset["asset"] == {
        "id": "m1",
        "orgId": "default",
        "projectId": "show",
        "rev": 3,
        "status": "ready",
    }
    assert (progress["type"], progress["percent"]) == ("progress", 40)


def test_news_that_is_none_goes_to_the_dead_letters(functions: Functions) -> None:
    answer = functions.invoke("push_live", news(STATUS_CHANGED))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_what_is_said_is_answered(client: Client) -> None:
    client.does("CONNECT")
    client.says(action="ping")
    client.says(action="unsubscribe", projectId="show")
    client.says(action="subscribe", assetId="unknown")
    client.says(action="subscribe", orgId="rival")
    client.does("MESSAGE", "no JSON")
    client.does("MESSAGE", " " * 4_097)

    assert [f.get("code", f["type"]) for f in client.frames] == [
        "pong",
        "unsubscribed",
        "NOT_FOUND",
        "INVALID_REQUEST",
        "INVALID_REQUEST",
        "INVALID_REQUEST",
    ]
    assert client.frames[-1]["message"] == "The frame must not be larger than 4,096 bytes."


@pytest.mark.parametrize(
    "frame",
    [
        {"action": "ping", "assetId": "a"},
        {"action": "unsubscribe", "after": "00000000000000-0"},
        {"action": "subscribe", "assetId": "a", "projectId": "b"},
        {"action": "subscribe", "assetId": ""},
        {"action": "subscribe", "after": "0"},
        {},
    ],
    ids=str,
)
def test_frames_that_make_no_sense_are_refused(client: Client, frame: dict[str, Any]) -> None:
    client.does("CONNECT")
    client.says(**frame)
    assert [f["type"] for f in client.frames] == ["error"]


def test_who_can_not_be_answered_is_cut_off(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.does("CONNECT")
    monkeypatch.setattr("spool.aws.connections.DynamoConnections.subscribe", 1 / 1)

    client.says(action="subscribe")

    assert (client.frames, client.line.closed) == ([], ["one"])


def test_an_organisation_has_so_many_connections(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spool.services.switchboard.MOST_CONNECTIONS", 0)
    assert client.does("CONNECT") == 403


def test_the_line_says_who_is_gone(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ApiGatewayLine("https://live0.execute-api.eu-west-1.amazonaws.com/live")
    management = clients.connections(line.deployed)
    gone = management.exceptions.GoneException({"Error": {"Code": "GoneException"}}, "Post")

    def refuse(**_: Any) -> None:
        raise gone

    assert line.send("one", {"type": "pong"})
    for call in ("post_to_connection", "delete_connection"):
        monkeypatch.setattr(management, call, refuse)
    assert not line.send("one", {"type": "pong"})
    line.hang_up("one")
