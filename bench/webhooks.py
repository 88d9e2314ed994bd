"""Webhooks: how soon the first attempt comes after a change of status, and what a receiver that
fails one call in three misses.

The first is measured on the embedded cloud whole: a status written to the table, its stream, the
bus, both queues and both functions, and a receiver on loopback. For the second, whose attempts lie
hours apart by their schedule, the service's own fan-out and delivery run in this process, ten at a
time: the table, the requests, the signatures and the receiver are real, the clock is not, nor the
queue, which hands out one message in ten twice, as SQS may.
"""

from __future__ import annotations

import heapq
import json
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from bench.measure import Row, absolute
from local.cloud import Cloud
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.webhooks import DynamoDeliveries, DynamoEndpoints
from spool.events import STATUS_CHANGED, Announcement
from spool.model import Asset, Status, timestamp, utc_now
from spool.outbound import Sender
from spool.services.delivering import Deliverer
from spool.services.fan_out import FanOut, event_of
from spool.webhooks import Delivery, Endpoint, Event, new_webhook_id, secret_of
from tests.integration.receivers import Call, Receiver, receiver, status

ROUNDS, CHANGES, WARM = 3, 50, 5
GOAL = 1.0
PATIENCE = 60.0
ORG = "default"  # the development user's

EVENTS, AT_A_TIME = 1_000, 10
HANGS = 0.5  # seconds until a receiver that hangs is left: ten on AWS
TWICE = 0.1


def measure() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Cloud.start(port=0, emulator_port=0, state=Path(folder) / "cloud") as cloud,
    ):
        return [*_first_attempts(cloud), *_failing(cloud)]


def _first_attempts(cloud: Cloud) -> list[Row]:
    with receiver() as there:
        clock = _Arrivals(there)
        _make_webhook(cloud, there.url)
        catalogue = DynamoCatalogue(
            table=cloud.outputs["TableName"], clock=utc_now, client=lambda: cloud.client("dynamodb")
        )
        for number in range(WARM):  # cold starts are bench.cold_start's business
            _change(catalogue, clock, f"warm_{number}")
        rounds = [
            [_change(catalogue, clock, f"bench_{round_}_{n}") for n in range(CHANGES)]
            for round_ in range(ROUNDS)
        ]
    name = "webhook: from a change of status in the table to the first request"
    medians = [statistics.median(times) for times in rounds]
    p99s = [statistics.quantiles(times, n=100, method="inclusive")[-1] for times in rounds]
    return [
        absolute(f"{name}, median", "s", medians, goal=GOAL),
        absolute(f"{name}, p99", "s", p99s, goal=GOAL),
    ]


def _make_webhook(cloud: Cloud, url: str) -> None:
    answer = httpx.post(
        f"{cloud.api_url}/webhooks",
        json={"url": url, "eventTypes": ["asset.uploading"]},
        headers=cloud.session().headers,
        timeout=PATIENCE,
    )
    answer.raise_for_status()


class _Arrivals:
    """When the first request about an asset came."""

    def __init__(self, there: Receiver) -> None:
        self._there, self._came = there, threading.Condition()
        self._at: dict[str, float] = {}
        there.reply = self._arrive

    def _arrive(self, number: int, request: BaseHTTPRequestHandler) -> None:
        now = time.perf_counter()
        media_id = json.loads(self._there.calls[number - 1].body)["data"]["id"]
        with self._came:
            self._at.setdefault(media_id, now)
            self._came.notify_all()
        status(200)(number, request)

    def of(self, media_id: str) -> float:
        with self._came:
            if not self._came.wait_for(lambda: media_id in self._at, PATIENCE):
                raise RuntimeError(f"Nothing came about {media_id}.")
            return self._at[media_id]


def _change(catalogue: DynamoCatalogue, arrivals: _Arrivals, media_id: str) -> float:
    """Seconds from before the write to the request. A moment's rest, so that what polls is met
    anywhere in its round."""
    time.sleep(random.uniform(0.05, 0.35))
    asset = Asset(
        id=media_id,
        org_id=ORG,
        project_id="bench",
        filename="photo.jpg",
        original_key=f"originals/{ORG}/bench/{media_id}-photo.jpg",
        status=Status.UPLOADING,
        uploaded_at=timestamp(utc_now()),
    )
    began = time.perf_counter()
    if not catalogue.insert(asset):
        raise RuntimeError(f"{media_id} was there.")
    return arrivals.of(media_id) - began


@dataclass
class _Queue:
    """What waits for a time that is no wall's: `now` goes on to what is due next."""

    now: datetime
    waiting: list[tuple[datetime, int, Delivery]] = field(default_factory=list)
    given_up: list[Delivery] = field(default_factory=list)
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def request(self, delivery: Delivery, seconds: int) -> None:
        with self.lock:
            due = self.now + timedelta(seconds=seconds)
            for _ in range(2 if random.random() < TWICE else 1):
                self.sent += 1
                heapq.heappush(self.waiting, (due, self.sent, delivery))

    def give_up(self, delivery: Delivery) -> None:
        self.given_up.append(delivery)

    def due(self) -> Iterator[Sequence[Delivery]]:
        """Everything that is due at one moment, moment by moment."""
        while self.waiting:
            self.now = max(self.now, self.waiting[0][0])
            found = []
            while self.waiting and self.waiting[0][0] <= self.now:
                found.append(heapq.heappop(self.waiting)[2])
            yield found


class _Unreliable:
    """Every third call fails: by 500, by 503, by hanging, by closing the connection."""

    def __init__(self, there: Receiver, secret: str) -> None:
        self._there, self._secret = there, secret
        self.received: Counter[str] = Counter()
        self._lock, self._end = threading.Lock(), threading.Event()
        self._faults = (status(500), status(503), self._hang, self._drop)
        there.reply = self._reply

    def _reply(self, number: int, request: BaseHTTPRequestHandler) -> None:
        if number % 3 == 0:
            self._faults[number // 3 % len(self._faults)](number, request)
            return
        call = self._there.calls[number - 1]
        _verify(call, self._secret)
        status(200)(number, request)
        with self._lock:
            self.received[call.event_id] += 1

    def _hang(self, _number: int, _request: BaseHTTPRequestHandler) -> None:
        self._end.wait()

    def _drop(self, _number: int, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True

    @contextmanager
    def there(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._end.set()


def _verify(call: Call, secret: str) -> None:
    """As the package does, but for the age of the timestamp: it is of no wall's clock."""
    at = datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC)
    if Webhook(secret).sign(call.event_id, at, call.body) != call.headers["webhook-signature"]:
        raise RuntimeError(f"{call.event_id} is not signed.")


class _Silent:
    def publish(self, entries: Sequence[Announcement]) -> Sequence[int]:
        raise RuntimeError(f"A webhook that only fails now and then was paused: {entries}")


def _failing(cloud: Cloud) -> list[Row]:
    secret = secret_of(random.randbytes(32))
    with receiver() as there:
        unreliable = _Unreliable(there, secret)
        with unreliable.there():
            events, queue = _deliver(cloud, there.url, secret)
    lost = events - unreliable.received.keys()
    name = f"webhook: {EVENTS:,} events, one call in three failing"
    twice = sum(unreliable.received.values()) - len(unreliable.received)
    return [
        absolute(f"{name}: lost", "events", [len(lost) + len(queue.given_up)], goal=0),
        absolute(f"{name}: accepted more than once", "events", [twice]),
        absolute(f"{name}: calls", "", [len(there.calls)]),
    ]


def _deliver(cloud: Cloud, url: str, secret: str) -> tuple[set[str], _Queue]:
    """The events that were told, and the queue once there is nothing in it."""
    table, dynamodb = cloud.outputs["TableName"], cloud.client("dynamodb")
    queue = _Queue(utc_now())
    common: dict[str, Any] = {
        "endpoints": DynamoEndpoints(table=table, client=lambda: dynamodb),
        "deliveries": DynamoDeliveries(table=table, clock=utc_now, client=lambda: dynamodb),
        "queue": queue,
        "clock": lambda: queue.now,
    }
    endpoint = Endpoint(
        id=new_webhook_id(queue.now, "0" * 16),
        org_id="bench",
        url=url,
        secret=secret,
        created_at=timestamp(queue.now),
    )
    common["endpoints"].insert(endpoint, 1)
    sender = Sender(loopback=True, timeout=HANGS)
    fan_out = FanOut(**common)
    deliverer = Deliverer(**common, post=sender, news=_Silent(), chance=random.random)

    def work(delivery: Delivery) -> None:
        deliverer.deliver(delivery.endpoint, delivery.event_id, delivery.round)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        events = [_event(number, queue.now) for number in range(EVENTS)]
        list(pool.map(fan_out.hear, events))
        for messages in queue.due():
            list(pool.map(work, messages))
    return {event.id for event in events}, queue


def _event(number: int, now: datetime) -> Event:
    detail = {"id": f"media_{number}", "orgId": "bench", "status": "ready", "rev": 1}
    return event_of(STATUS_CHANGED, {**detail, "at": timestamp(now)})


if __name__ == "__main__":
    for row in measure():
        print(row)
