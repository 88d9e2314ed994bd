"""Webhooks from the news to the receiver, with the ports in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import Conflict, InvalidRequest, NotFound
from spool.events import STATUS_CHANGED, Announcement
from spool.model import timestamp
from spool.outbound import Answer
from spool.services.cursors import Cursors
from spool.services.delivering import Deliverer
from spool.services.fan_out import FanOut, event_of
from spool.services.webhooks import WebhookDesk
from spool.webhooks import (
    BODY_BYTES,
    JITTER,
    LONGEST_WAIT,
    WAITS,
    Delivery,
    Endpoint,
    EndpointStatus,
    WebhookRef,
    proper_url,
    secret_of,
    wait_after,
)

NEWS: dict[str, Any] = {
    "id": "media_1",
    "orgId": "org",
    "status": "ready",
    "rev": 5,
    "at": "2025-01-15T10:00:00.000Z",
    "jobChange": {},
}


@dataclass
class MemoryEndpoints:
    kept: dict[WebhookRef, Endpoint] = field(default_factory=dict)

    def insert(self, endpoint: Endpoint, most: int) -> bool:
        if len(self.of(endpoint.org_id)) >= most:
            return False
        self.kept[endpoint.ref] = endpoint
        return True

    def get(self, ref: WebhookRef) -> Endpoint | None:
        return self.kept.get(ref)

    def of(self, org_id: str) -> Sequence[Endpoint]:
        return [one for ref, one in self.kept.items() if ref.org_id == org_id]

    def update(self, before: Endpoint, after: Endpoint) -> bool:
        if self.kept.get(before.ref) != before:
            return False
        self.kept[after.ref] = after
        return True

    def remove(self, ref: WebhookRef) -> bool:
        return self.kept.pop(ref, None) is not None


@dataclass
class MemoryDeliveries:
    kept: dict[tuple[WebhookRef, str], Delivery] = field(default_factory=dict)

    def insert(self, delivery: Delivery) -> bool:
        key = (delivery.endpoint, delivery.event_id)
        return self.kept.setdefault(key, delivery) is delivery

    def get(self, ref: WebhookRef, event_id: str) -> Delivery | None:
        return self.kept.get((ref, event_id))

    def page(self, ref: WebhookRef, *, after: str | None, limit: int) -> Sequence[Delivery]:
        found = sorted((key[1] for key in self.kept if key[0] == ref), reverse=True)
        return [self.kept[ref, e] for e in found if after is None or e < after][:limit]

    def update(self, before: Delivery, after: Delivery) -> bool:
        key = (before.endpoint, before.event_id)
        if self.kept.get(key) != before:
            return False
        self.kept[key] = after
        return True


class Site:
    """A clock that stands still, a receiver that answers what it is told, and one webhook."""

    def __init__(self) -> None:
        self.now = datetime(2025, 1, 15, 10, tzinfo=UTC)
        self.endpoints, self.deliveries = MemoryEndpoints(), MemoryDeliveries()
        self.waiting: list[tuple[Delivery, int]] = []
        self.given_up: list[Delivery] = []
        self.answer = Answer(millis=1, status_code=200)
        self.sent: list[dict[str, str]] = []
        self.told: list[Announcement] = []
        self.during: Callable[[], object] = lambda: None  # the attempt
        common: dict[str, Any] = {
            "endpoints": self.endpoints,
            "deliveries": self.deliveries,
            "queue": self,
            "clock": lambda: self.now,
        }
        self.desk = WebhookDesk(
            **common,
            cursors=Cursors(lambda: "key"),
            chance=lambda: f"{len(self.endpoints.kept):016x}",
            secret=lambda: secret_of(b"s" * 32),
        )
        self.fan_out = FanOut(**common)
        self.deliverer = Deliverer(**common, post=self, news=self, chance=lambda: 0.5)

    def request(self, delivery: Delivery, seconds: int) -> None:
        self.waiting.append((delivery, seconds))

    def give_up(self, delivery: Delivery) -> None:
        self.given_up.append(delivery)

    def post(self, _url: str, _body: bytes, headers: Any) -> Answer:
        self.sent.append(headers)
        self.during()
        return self.answer

    def publish(self, entries: Sequence[Announcement]) -> Sequence[int]:
        self.told += entries
        return []

    def made(self, **wish: Any) -> WebhookRef:
        wanted = {"url": "https://a.example/", "event_types": (), "description": "", **wish}
        return WebhookRef("org", self.desk.create("org", **wanted)["id"])

    def hear(self, **changes: Any) -> int:
        return self.fan_out.hear(event_of(STATUS_CHANGED, {**NEWS, **changes}))

    def work(self) -> None:
        """Whatever waits, when it is due."""
        delivery, seconds = self.waiting.pop(0)
        self.now += timedelta(seconds=seconds)
        self.deliverer.deliver(delivery.endpoint, delivery.event_id, delivery.round)

    @property
    def delivery(self) -> Delivery:
        (found,) = self.deliveries.kept.values()
        return found

    def endpoint(self, ref: WebhookRef) -> Endpoint:
        return self.endpoints.kept[ref]


@pytest.fixture
def site() -> Site:
    return Site()


def test_an_event_that_comes_twice_is_delivered_once(site: Site) -> None:
    site.made()
    assert (site.hear(), site.hear()) == (1, 1)  # nobody knows yet whether the first is queued
    site.work()
    site.work()
    assert len(site.sent) == 1
    assert site.hear() == 0
    assert site.delivery.status == "delivered"


def test_only_what_is_wanted_is_told(site: Site) -> None:
    site.made(event_types=("asset.failed",))
    assert (site.hear(), site.hear(status="failed"), site.hear(orgId="other")) == (0, 1, 0)


def test_what_fails_for_a_day_is_given_up_and_its_endpoint_paused_and_reported(site: Site) -> None:
    ref = site.made()
    site.answer = Answer(millis=1, error="The connection was refused.")
    site.hear()
    start = site.now
    while site.waiting:
        site.work()
    assert len(site.sent) == len(WAITS) + 1
    assert len({headers["webhook-id"] for headers in site.sent}) == 1
    assert timedelta(hours=23) < site.now - start < timedelta(hours=25)
    assert (site.delivery.status, site.given_up) == ("failed", [site.given_up[0]])
    site.now += timedelta(hours=1)
    site.hear(rev=6)
    site.work()
    assert site.endpoint(ref).status is EndpointStatus.PAUSED
    assert [one.detail["id"] for one in site.told] == [ref.id]
    assert "secret" not in site.told[0].detail


def test_a_success_begins_the_day_anew(site: Site) -> None:
    ref = site.made()
    site.answer = Answer(millis=1, status_code=500)
    site.hear()
    site.work()
    assert site.endpoint(ref).failing_since is not None
    site.answer = Answer(millis=1, status_code=204)
    site.work()
    assert site.endpoint(ref).failing_since is None


def test_gone_pauses_at_once_and_later_events_are_skipped_until_replayed(site: Site) -> None:
    ref = site.made()
    site.answer = Answer(millis=1, status_code=410)
    site.hear()
    site.work()
    assert site.endpoint(ref).status is EndpointStatus.PAUSED
    site.work()
    assert site.delivery.status == "skipped"
    event = site.delivery.event_id
    with pytest.raises(Conflict):
        site.desk.replay("org", ref.id, event)
    site.desk.change("org", ref.id, status=EndpointStatus.ACTIVE)
    site.answer = Answer(millis=1, status_code=200)
    site.desk.replay("org", ref.id, event)
    site.work()
    assert site.delivery.status == "delivered"
    assert len({headers["webhook-id"] for headers in site.sent}) == 1


def test_another_url_begins_anew(site: Site) -> None:
    ref = site.made()
    site.answer = Answer(millis=1, status_code=500)
    site.hear()
    site.work()
    site.desk.change("org", ref.id, status=None, url="https://b.example/")
    assert site.endpoint(ref).failing_since is None


def test_a_server_that_is_left_during_its_attempt_does_not_pause_the_next(site: Site) -> None:
    ref = site.made()
    site.answer = Answer(millis=1, status_code=410)
    site.during = lambda: site.desk.change("org", ref.id, status=None, url="https://b.example/")
    site.hear()
    site.work()
    assert site.endpoint(ref).status is EndpointStatus.ACTIVE
    assert site.endpoint(ref).failing_since is None


def test_what_was_given_up_is_tried_anew_once_an_operator_redrives_it(site: Site) -> None:
    site.made()
    site.answer = Answer(millis=1, status_code=500)
    site.hear()
    early = site.delivery
    while site.waiting:
        site.work()
    (aside,) = site.given_up
    site.answer = Answer(millis=1, status_code=200)
    for message in (early, aside, aside):  # one that comes late means nothing
        site.deliverer.deliver(message.endpoint, message.event_id, message.round)
    assert (site.delivery.status, len(site.sent)) == ("delivered", len(WAITS) + 2)


def test_a_delivery_whose_message_is_lost_can_be_replayed(site: Site) -> None:
    ref = site.made()
    site.hear()
    site.waiting.clear()
    with pytest.raises(Conflict):
        site.desk.replay("org", ref.id, site.delivery.event_id)
    site.now += timedelta(minutes=11)
    site.desk.replay("org", ref.id, site.delivery.event_id)
    site.work()
    assert site.delivery.status == "delivered"


def test_a_page_of_the_log_ends_before_lambda_could_not_answer_it(site: Site) -> None:
    ref = site.made()
    for rev in range(50):
        site.hear(rev=rev, text="é" * 32_000)
    seen: list[str] = []
    cursor = None
    while cursor is not None or not seen:
        page = site.desk.log("org", ref.id, limit=50, cursor=cursor)
        body = json.dumps(page, ensure_ascii=False)  # a string of the function's own answer
        assert len(json.dumps(body, ensure_ascii=False).encode()) < 6_000_000
        assert len(page["items"]) > 1
        seen += [one["eventId"] for one in page["items"]]
        cursor = page["cursor"]
    assert len(seen) == len(set(seen)) == 50


def test_the_old_secret_signs_for_a_day(site: Site) -> None:
    ref = site.made()
    site.desk.rotate("org", ref.id)
    assert len(site.endpoint(ref).secrets(site.now)) == 2
    assert len(site.endpoint(ref).secrets(site.now + timedelta(days=1))) == 1


def test_an_eleventh_webhook_is_refused(site: Site) -> None:
    for _ in range(10):
        site.made()
    with pytest.raises(Conflict):
        site.made()


def test_another_organisations_webhook_is_not_there(site: Site) -> None:
    ref = site.made()
    with pytest.raises(NotFound):
        site.desk.get("other", ref.id)


@pytest.mark.parametrize(
    "url",
    [
        *("http://a.example/", "https://u:p@a.example/", "https://a.example:22/", "https:///a"),
        *("ftp://a.example/", "https://a.example/ b", f"https://a.example/{'a' * 2048}"),
        *(
            "https://a.example:99999/",
            "https://é.example/",
            "https://[::1/",
            "https://a.example/#b",
        ),
    ],
)
def test_a_url_that_is_not_for_webhooks_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        proper_url(url)


def test_a_body_is_never_too_large() -> None:
    event = event_of(STATUS_CHANGED, {**NEWS, "audio": {"long": "é" * BODY_BYTES}})
    assert len(event.body.encode()) <= BODY_BYTES
    assert json.loads(event.body)["data"]["id"] == "media_1"


@given(
    tries=st.integers(1, len(WAITS)),
    chance=st.floats(0, 1),
    patience=st.none() | st.integers(0, 10**9),
)
def test_a_wait_is_as_planned_or_as_asked_for_within_bounds(
    tries: int, chance: float, patience: int | None
) -> None:
    wait = wait_after(tries, chance, patience)
    assert wait is not None
    assert round(WAITS[tries - 1] * (1 - JITTER)) <= wait <= LONGEST_WAIT * (1 + JITTER)
    assert wait >= min(patience or 0, LONGEST_WAIT)
    assert wait_after(len(WAITS) + 1, chance, patience) is None


def test_an_early_message_waits(site: Site) -> None:
    site.made()
    site.answer = Answer(millis=1, status_code=503, retry_after=3_600)
    site.hear()
    site.work()
    delivery, seconds = site.waiting.pop()
    assert seconds == 3_600
    assert site.delivery.due_at == timestamp(site.now + timedelta(hours=1))
    site.deliverer.deliver(delivery.endpoint, delivery.event_id, delivery.round)
    assert len(site.sent) == 1
    assert site.waiting[0][1] == 3_601
