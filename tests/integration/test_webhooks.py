"""Webhooks over HTTP, with IAM on, to a real receiver."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo
from tests.integration.receivers import Receiver, receiver, status

EVENTS = 60


@pytest.fixture
def member(cloud: Cloud) -> Iterator[Frontend]:
    """The admin of an organisation of its own."""
    with Frontend.member(cloud, org=f"hooks-{uuid.uuid4().hex[:8]}") as member:
        yield member


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def made(member: Frontend, url: str, **wish: Any) -> dict[str, Any]:
    answer = member.request("POST", "/webhooks", json={"url": url, **wish})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def log(member: Frontend, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = member.request("GET", f"/webhooks/{webhook['id']}/deliveries")
    assert answer.is_success, answer.text
    return list(answer.json()["items"])


def logged(
    member: Frontend, webhook: dict[str, Any], found: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    """The newest delivery once it is as it should be."""
    deadline = time.monotonic() + 40
    while not ((items := log(member, webhook)) and found(items[0])):
        assert time.monotonic() < deadline, items
        time.sleep(0.1)
    return items[0]


def test_a_signed_event_comes_and_its_log_tells_what_was_answered(
    member: Frontend, there: Receiver
) -> None:
    webhook = made(member, there.url, eventTypes=["asset.ready"])
    asset = member.ready(photo(40, 30))
    there.until(lambda calls: calls)

    event = there.calls[0].verified(webhook["secret"])
    assert (event["type"], event["data"]["id"]) == ("asset.ready", asset["id"])
    assert "jobChange" not in event["data"]
    delivery = logged(member, webhook, lambda one: one["status"] == "delivered")
    assert delivery["eventId"] == there.calls[0].event_id
    assert [(one["statusCode"], one["response"]) for one in delivery["attempts"]] == [(200, "ok")]
    assert len(there.calls) == 1
    assert "secret" not in member.request("GET", f"/webhooks/{webhook['id']}").json()


def test_both_secrets_sign_after_a_rotation_and_a_replay_has_the_same_id(
    member: Frontend, there: Receiver
) -> None:
    webhook = made(member, there.url, eventTypes=["asset.ready"])
    member.ready(photo(41, 30))
    delivery = logged(member, webhook, lambda one: one["status"] == "delivered")
    turned = member.request("POST", f"/webhooks/{webhook['id']}/secret").json()
    path = f"/webhooks/{webhook['id']}/deliveries/{delivery['eventId']}/replay"
    assert member.request("POST", path).status_code == 202
    there.until(lambda calls: len(calls) == 2)

    first, second = there.calls
    assert first.event_id == second.event_id
    assert second.verified(webhook["secret"]) == second.verified(turned["secret"])
    with pytest.raises(WebhookVerificationError):
        first.verified(turned["secret"])


def test_a_receiver_that_fails_one_call_in_three_misses_nothing(
    member: Frontend, there: Receiver
) -> None:
    """One in three of the first calls: a repeat that failed too would wait for minutes."""

    def fails(number: int) -> bool:
        return number <= EVENTS and number % 3 == 0

    there.reply = lambda number, request: status(500 if fails(number) else 200)(number, request)
    made(member, there.url, eventTypes=["asset.uploading"])
    tickets = {member.presign(size=100)["mediaId"] for _ in range(EVENTS)}

    def arrived() -> set[str]:
        whole = [call for number, call in enumerate(there.calls, 1) if not fails(number)]
        return {media for media in tickets for call in whole if media in call.body}

    there.until(lambda _: arrived() == tickets)


@pytest.mark.parametrize("code", [302, 500])
def test_what_is_no_success_is_tried_again_and_no_redirect_followed(
    member: Frontend, there: Receiver, code: int
) -> None:
    there.reply = status(code, location=f"{there.url}/secret")
    webhook = made(member, there.url, eventTypes=["asset.uploading"])
    member.presign(size=100)
    there.until(lambda calls: len(calls) == 2)

    assert {call.path for call in there.calls} == {"/hook"}
    assert logged(member, webhook, lambda one: one["attempts"])["status"] == "pending"


def test_of_an_endless_answer_the_beginning_is_read(member: Frontend, there: Receiver) -> None:
    def reply(_number: int, request: Any) -> None:
        request.send_response(200)
        request.send_header("content-length", str(1 << 30))
        request.end_headers()
        for _ in range(1 << 10):
            request.wfile.write(b"x" * (1 << 20))

    there.reply = reply
    webhook = made(member, there.url, eventTypes=["asset.uploading"])
    member.presign(size=100)
    delivery = logged(member, webhook, lambda one: one["status"] == "delivered")
    assert delivery["attempts"][0]["response"] == "x" * 2048


def test_a_receiver_that_is_gone_is_paused_and_another_told_of_it(
    member: Frontend, there: Receiver
) -> None:
    with receiver() as other:
        webhook = made(member, there.url, eventTypes=["asset.uploading"])
        watching = made(member, other.url, eventTypes=["webhook.paused"])
        there.reply = status(410)
        member.presign(size=100)
        other.until(lambda calls: calls)
        told = other.calls[0].verified(watching["secret"])

    assert told["data"]["id"] == webhook["id"]
    found = member.request("GET", f"/webhooks/{webhook['id']}").json()
    assert (found["status"], found["pauseReason"]) == ("paused", "It answered 410 Gone.")
    member.presign(size=100)
    logged(member, webhook, lambda one: one["status"] == "skipped")


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "https://169.254.169.254/latest/", "https://[::ffff:127.0.0.1]/"]
)
def test_a_private_address_is_never_called(member: Frontend, url: str) -> None:
    webhook = made(member, url, eventTypes=["asset.uploading"])
    member.presign(size=100)
    (attempt, *_) = logged(member, webhook, lambda one: one["attempts"])["attempts"]
    assert attempt["statusCode"] is None
    assert "not of the public Internet" in attempt["error"]


def test_who_hangs_is_left_and_holds_up_nobody_else(
    cloud: Cloud, member: Frontend, there: Receiver
) -> None:
    let_go = threading.Event()

    def hang(_number: int, _request: Any) -> None:
        let_go.wait()

    there.reply = hang
    webhook = made(member, there.url, eventTypes=["asset.uploading"])
    with (
        receiver() as another,
        Frontend.member(cloud, org=f"hooks-{uuid.uuid4().hex[:8]}") as stranger,
    ):
        made(stranger, another.url, eventTypes=["asset.uploading"])
        member.presign(size=100)
        there.until(lambda calls: calls)
        stranger.presign(size=100)
        another.until(lambda calls: calls)
    delivery = logged(member, webhook, lambda one: one["attempts"])
    let_go.set()
    assert delivery["attempts"][0]["error"] == "There was no answer within 10 seconds."
