"""Webhooks' functions with moto behind them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spool.aws import clients
from spool.outbound import Answer, Sender
from tests.unit.lambdas.conftest import WEBHOOKS, Functions

DETAIL = {
    "id": "media_1",
    "orgId": "default",
    "status": "ready",
    "rev": 5,
    "at": "2025-01-15T10:00:00.000Z",
}
NEWS = {"detail-type": "Asset Status Changed", "detail": DETAIL}


def took(functions: Functions, name: str, body: object) -> bool:
    record = {"messageId": "1", "body": json.dumps(body)}
    return not functions.invoke(name, {"Records": [record]})["batchItemFailures"]


def test_news_goes_from_the_bus_to_the_receiver_and_the_log(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    def post(_self: Sender, _url: str, body: bytes, _headers: Any) -> Answer:
        sent.append(body)
        return Answer(millis=3, status_code=200, text="ok")

    monkeypatch.setattr(Sender, "post", post)
    wish = json.dumps({"url": "https://a.example/", "eventTypes": ["asset.ready"]})
    status, made, _ = functions.http("manage_webhooks", "POST /webhooks", body=wish)
    assert (status, made["secret"][:6]) == (201, "whsec_")

    assert took(functions, "fan_out_webhooks", NEWS)
    sqs = clients.sqs()
    queue = sqs.get_queue_url(QueueName=WEBHOOKS)["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert took(functions, "deliver_webhook", json.loads(message["Body"]))

    assert json.loads(sent[0])["data"] == DETAIL
    path = {"pathParameters": {"id": made["id"]}}
    page = functions.http("manage_webhooks", "GET /webhooks/{id}/deliveries", **path)[1]
    assert [one["status"] for one in page["items"]] == ["delivered"]
    listed = functions.http("manage_webhooks", "GET /webhooks")[1]
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert "secret" not in json.dumps(listed)


@pytest.mark.parametrize("url", ["http://a.example/", "https://u:p@a.example/"])
def test_a_webhook_without_tls_or_with_a_password_is_refused(
    functions: Functions, url: str
) -> None:
    body = json.dumps({"url": url})
    status, problem, _ = functions.http("manage_webhooks", "POST /webhooks", body=body)
    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
