"""What docs/webhooks.md tells receivers to do, done with what is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spool.model import utc_now
from spool.services.delivering import signed
from spool.webhooks import Delivery, DeliveryStatus, Endpoint, event_id, secret_of

OLD, NEW, OTHER = (secret_of(letter * 32) for letter in (b"o", b"n", b"x"))
AT = "2025-01-15T10:00:00.000Z"
BODY = '{"type":"asset.ready","timestamp":"2025-01-15T10:00:00.000Z","data":{"filename":"é.jpg"}}'
PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"

Receive = Callable[[str, bytes, dict[str, str], set[str]], tuple[int, Any]]


@pytest.fixture
def receive() -> Receive:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102  it is ours
    return names["receive"]  # type: ignore[no-any-return]


@pytest.fixture
def headers() -> dict[str, str]:
    """Of an event sent just after the secret was turned."""
    endpoint = Endpoint(
        id="webhook_1", org_id="org", url="https://a.example/", secret=OLD, created_at=AT
    )
    delivery = Delivery(
        event_id=event_id(AT, 1),
        webhook_id="webhook_1",
        org_id="org",
        type="asset.ready",
        body=BODY,
        status=DeliveryStatus.PENDING,
        created_at=AT,
        due_at=AT,
    )
    now = utc_now()
    return signed(endpoint.rotated(NEW, now), delivery, now)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_a_receiver_knows_our_event_by_either_secret(
    receive: Receive, headers: dict[str, str], secret: str
) -> None:
    status, event = receive(secret, BODY.encode(), headers, set())
    assert (status, event["data"]["filename"]) == (204, "é.jpg")


def test_a_receiver_takes_an_event_once(receive: Receive, headers: dict[str, str]) -> None:
    seen: set[str] = set()
    receive(NEW, BODY.encode(), headers, seen)
    assert receive(NEW, BODY.encode(), headers, seen) == (204, None)


def test_a_receiver_refuses_what_another_signed_or_changed_or_kept(
    receive: Receive, headers: dict[str, str]
) -> None:
    old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    body = BODY.encode()
    assert receive(OTHER, body, headers, set()) == (401, None)
    assert receive(NEW, body.replace(b"ready", b"fails"), headers, set()) == (401, None)
    assert receive(NEW, body, old, set()) == (401, None)
