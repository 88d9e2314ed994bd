"""Whatever call fails, and whenever: no event is lost, and what comes twice has the same id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from spool.outbound import Answer
from tests.unit.services.test_webhooks import Site

VISIBLE_AGAIN = timedelta(seconds=240)  # a message whose work failed
EVENTS = 3
PORTS = ("endpoints", "deliveries", "queue", "post", "news")


class Crash(Exception):
    pass


class Fragile:
    """A port whose calls count down to a crash, before or after what they do."""

    def __init__(self, port: Any, crashes: list[tuple[int, bool]]) -> None:
        self._port, self._crashes = port, crashes

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> Any:
            if not self._crashes:
                return getattr(self._port, name)(*args)
            left, done = self._crashes[0]
            self._crashes[0] = (left - 1, done)
            if left:
                return getattr(self._port, name)(*args)
            self._crashes.pop(0)
            if done:
                getattr(self._port, name)(*args)
            raise Crash

        return call


def fragile(service: Any, crashes: list[tuple[int, bool]]) -> Any:
    fields = service.__dataclass_fields__
    ports = {name: Fragile(getattr(service, name), crashes) for name in PORTS if name in fields}
    return type(service)(**{**service.__dict__, **ports})


class CrashingSite(Site):
    """As SQS has it: what crashed comes again."""

    def __init__(self, crashes: list[tuple[int, bool]], fails: int) -> None:
        super().__init__()
        self.received: list[str] = []
        self.made()
        self.fan_out = fragile(self.fan_out, crashes)
        self.deliverer = fragile(self.deliverer, crashes)
        self.fails = fails

    def post(self, _url: str, _body: bytes, headers: Any) -> Answer:
        self.sent.append(headers)
        if len(self.sent) % 3 < self.fails:
            return Answer(millis=1, status_code=500)
        self.received.append(headers["webhook-id"])
        return Answer(millis=1, status_code=200)

    def told_of(self, rev: int) -> None:
        while True:
            try:
                self.hear(rev=rev)
            except Crash:
                continue
            return

    def receive(self) -> None:
        delivery, seconds = self.waiting.pop(0)
        self.now += timedelta(seconds=seconds)
        try:
            self.deliverer.deliver(delivery.endpoint, delivery.event_id, delivery.round)
        except Crash:
            self.waiting.append((delivery, int(VISIBLE_AGAIN.total_seconds())))


@given(
    crashes=st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=8),
    fails=st.integers(0, 2),
)
def test_nothing_is_lost_by_a_crash_between_two_calls(
    crashes: list[tuple[int, bool]], fails: int
) -> None:
    site = CrashingSite(crashes, fails)
    for rev in range(EVENTS):
        site.told_of(rev)
    while site.waiting:
        site.receive()
    events = {key[1] for key in site.deliveries.kept}
    assert len(events) == EVENTS
    assert set(site.received) == events
    assert {one.status for one in site.deliveries.kept.values()} == {"delivered"}
