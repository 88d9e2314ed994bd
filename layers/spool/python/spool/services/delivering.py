"""One attempt to deliver an event to an endpoint, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from spool.errors import Transient
from spool.events import WEBHOOK_PAUSED, Announcement
from spool.model import timestamp
from spool.services.ports import Clock, News
from spool.services.webhook_ports import Deliveries, DeliveryQueue, Endpoints, Post
from spool.webhooks import (
    ATTEMPTS_KEPT,
    FAILING_FOR,
    Attempt,
    Delivery,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    WebhookRef,
    wait_after,
)

LEASE = 60  # seconds that an attempt has to itself, longer than any takes
GONE = 410
_ASKS_FOR_PATIENCE = frozenset({429, 503})
_TRIES = 12  # at an endpoint's record: as many as attempt at a time, and some


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """`chance` gives a number from 0 to 1."""

    endpoints: Endpoints
    deliveries: Deliveries
    queue: DeliveryQueue
    post: Post
    news: News
    clock: Clock
    chance: Callable[[], float]

    def deliver(self, ref: WebhookRef, event_id: str, round_: int) -> Attempt | None:
        """The attempt, None where there was none to be made (now). Each claims the delivery first:
        messages come more than once."""
        now = self.clock()
        delivery = self._found(ref, event_id, round_)
        if delivery is None or (endpoint := self.endpoints.get(ref)) is None:
            return None
        wait = (datetime.fromisoformat(delivery.due_at) - now).total_seconds()
        if wait > 0:
            self.queue.request(delivery, round(wait) + 1)
            return None
        if endpoint.status is EndpointStatus.PAUSED:
            self.deliveries.update(delivery, delivery.moved(status=DeliveryStatus.SKIPPED))
            return None
        claimed = delivery.moved(
            tries=delivery.tries + 1, due_at=timestamp(now + timedelta(seconds=LEASE))
        )
        if not self.deliveries.update(delivery, claimed):
            return None
        return self._attempt(endpoint, claimed)

    def _found(self, ref: WebhookRef, event_id: str, round_: int) -> Delivery | None:
        """What the message is about, where that is to be delivered yet. What was given up begins
        anew with the message that was set aside for the next round."""
        found = self.deliveries.get(ref, event_id)
        if found is None:
            return None
        if found.status is DeliveryStatus.FAILED and found.round + 1 == round_:
            after = found.replayed(self.clock())
            return after if self.deliveries.update(found, after) else None
        pending = found.status is DeliveryStatus.PENDING and found.round == round_
        return found if pending else None

    def _attempt(self, endpoint: Endpoint, delivery: Delivery) -> Attempt:
        now = self.clock()
        headers = signed(endpoint, delivery, now)
        answer = self.post.post(endpoint.url, delivery.body.encode(), headers)
        attempt = Attempt(
            at=timestamp(now),
            millis=answer.millis,
            status_code=answer.status_code,
            response=answer.text,
            error=answer.error,
        )
        kept = (*delivery.attempts, attempt)[-ATTEMPTS_KEPT:]
        tried = replace(delivery, attempts=kept)
        if attempt.succeeded:
            self.deliveries.update(delivery, tried.moved(status=DeliveryStatus.DELIVERED))
            self._note(endpoint.ref, _recovered)
        else:
            patience = answer.retry_after if answer.status_code in _ASKS_FOR_PATIENCE else None
            self._failed(delivery, tried, patience)
            self._judge(endpoint, attempt)
        return attempt

    def _failed(self, claimed: Delivery, tried: Delivery, patience: int | None) -> None:
        """To be tried again, or given up. The queue is told first: an early message waits for the
        claim's end at worst, one that isn't sent would end it all."""
        wait = wait_after(tried.tries, self.chance(), patience)
        if wait is None:
            self.queue.give_up(replace(tried, round=tried.round + 1))
            self.deliveries.update(claimed, tried.moved(status=DeliveryStatus.FAILED))
            return
        due = timestamp(self.clock() + timedelta(seconds=wait))
        after = tried.moved(due_at=due)
        self.queue.request(after, wait)
        self.deliveries.update(claimed, after)

    def _judge(self, called: Endpoint, attempt: Attempt) -> None:
        """Pause what is gone, and what has failed for a day, unless it has another URL by now."""
        ref, gone = called.ref, attempt.status_code == GONE
        failing = self._note(ref, lambda one: _failing(one, called.url, attempt.at))
        if failing is None or failing.status is EndpointStatus.PAUSED or failing.url != called.url:
            return
        since = datetime.fromisoformat(failing.failing_since or attempt.at)
        if gone:
            self._pause(ref, "It answered 410 Gone.", attempt.at)
        elif datetime.fromisoformat(attempt.at) - since >= FAILING_FOR:
            self._pause(ref, "Every attempt failed for a day.", attempt.at)

    def _pause(self, ref: WebhookRef, reason: str, at: str) -> None:
        """Its owner is told first: told twice is better than never."""
        before = self.endpoints.get(ref)
        if before is None or before.status is EndpointStatus.PAUSED:
            return
        if self.news.publish([paused_news(before.paused(reason, at), at)]):
            raise Transient(f"The bus did not take that {ref.id} is paused.")
        self._note(ref, lambda endpoint: endpoint.paused(reason, at))

    def _note(self, ref: WebhookRef, move: Callable[[Endpoint], Endpoint]) -> Endpoint | None:
        """The endpoint as `move` makes it, None where it is gone; an equal one isn't stored."""
        for _ in range(_TRIES):
            before = self.endpoints.get(ref)
            if before is None:
                return None
            after = move(before)
            if after == before or self.endpoints.update(before, after):
                return after
        return self.endpoints.get(ref)  # others note the same: who comes next will, if they don't


def paused_news(paused: Endpoint, at: str) -> Announcement:
    detail = {**paused.public_record(), "orgId": paused.org_id, "rev": paused.rev, "at": at}
    return Announcement(WEBHOOK_PAUSED, detail)


def signed(endpoint: Endpoint, delivery: Delivery, now: datetime) -> dict[str, str]:
    """Headers as Standard Webhooks has them, with a signature by each secret that is good now."""
    signatures = [
        Webhook(secret).sign(delivery.event_id, now, delivery.body)
        for secret in endpoint.secrets(now)
    ]
    return {
        "content-type": "application/json",
        "user-agent": "Spool-Webhooks",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _recovered(endpoint: Endpoint) -> Endpoint:
    return endpoint if endpoint.failing_since is None else endpoint.moved(failing_since=None)


def _failing(endpoint: Endpoint, url: str, at: str) -> Endpoint:
    noted = endpoint.failing_since is not None or endpoint.url != url
    return endpoint if noted else endpoint.moved(failing_since=at)
