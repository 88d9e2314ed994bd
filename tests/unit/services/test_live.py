"""Tickets, subscriptions, replay and fan-out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import Forbidden, InvalidRequest, NotFound, QuotaExceeded, Transient
from spool.identity import Member, Role
from spool.live import MOST_FAULTS, MOST_REPLAYED, NEWS_KEPT, LiveNews, Target, Ticket, position
from spool.model import Status
from spool.services.pushing import Pusher
from spool.services.switchboard import Caller, Switchboard
from spool.services.tickets import TICKET_LENGTH, TicketDesk, TicketGate
from tests.unit.services.fakes import MemoryCatalogue, TickingClock
from tests.unit.services.test_comments import FILM

ANN = Member(id="user-1", org_id="org", role=Role.VIEWER, name="ann@org.example")
CALLER = Caller("org", "one", ANN.id)
TICKET = "t" * TICKET_LENGTH


@dataclass
class MemoryTickets:
    kept: dict[str, Ticket] = field(default_factory=dict)

    def put(self, digest: str, ticket: Ticket) -> None:
        self.kept[digest] = ticket

    def take(self, digest: str) -> Ticket | None:
        return self.kept.pop(digest, None)


@dataclass
class World:
    """All ports of live push but the catalogue. `unreachable` are connections that fail, `gone`
    those that are closed."""

    clock: TickingClock = field(default_factory=TickingClock)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    targets: dict[tuple[str, str], set[Target]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    known: dict[str, Member] = field(default_factory=lambda: {ANN.id: ANN})
    faults: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    news: list[LiveNews] = field(default_factory=list)
    frames: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    unreachable: set[str] = field(default_factory=set)

    def open(self, org_id: str, connection: str, member_id: str) -> None:
        self.targets[org_id, connection] = set()
        self.members[connection] = member_id

    def is_open(self, org_id: str, connection: str) -> bool:
        return (org_id, connection) in self.targets

    def count(self, org_id: str, most: int) -> int:
        return min(most, sum(org == org_id for org, _ in self.targets))

    def subscribe(self, org_id: str, connection: str, target: Target, most: int) -> bool:
        found = self.targets.get((org_id, connection))
        if found is None or (len(found) >= most and target not in found):
            return False
        found.add(target)
        return True

    def unsubscribe(self, org_id: str, connection: str, target: Target) -> None:
        self.targets[org_id, connection].discard(target)

    def fault(self, org_id: str, connection: str) -> int:
        self.faults[f"{org_id} {connection}"] += 1
        return self.faults[f"{org_id} {connection}"]

    def close(self, org_id: str, connection: str) -> None:
        self.targets.pop((org_id, connection), None)

    def listening(self, org_id: str, target: Target) -> Sequence[str]:
        return [c for (org, c), found in self.targets.items() if org == org_id and target in found]

    def write(self, news: LiveNews) -> None:
        self.news.append(news)

    def after(self, org_id: str, position: str, most: int) -> Sequence[LiveNews]:
        found = (n for n in self.news if n.org_id == org_id and n.position >= position)
        return sorted(found, key=lambda n: n.position)[:most]

    def send(self, connection: str, frame: Mapping[str, Any]) -> bool:
        if connection in self.unreachable:
            raise Transient("LimitExceeded")
        if connection not in self.gone:
            self.frames.append((connection, frame))
        return connection not in self.gone

    def hang_up(self, connection: str) -> None:
        self.gone.add(connection)

    @property
    def switchboard(self) -> Switchboard:
        return Switchboard(
            catalogue=self.catalogue,
            connections=self,
            log=self,
            line=self,
            clock=self.clock,
            member=self.known.get,
        )

    @property
    def pusher(self) -> Pusher:
        return Pusher(connections=self, log=self, line=self, clock=self.clock, new_id=lambda: "abc")

    def push(self, rev: int, asset_id: str = "film", org_id: str = "org") -> int:
        detail = {"id": asset_id, "orgId": org_id, "projectId": "show", "rev": rev, "jobChange": {}}
        return self.pusher.push("Asset Status Changed", detail)

    def heard(self, connection: str = "one") -> list[Mapping[str, Any]]:
        return [frame for to, frame in self.frames if to == connection]

    def revs(self, connection: str = "one") -> list[int]:
        return [f["asset"]["rev"] for f in self.heard(connection) if f["type"] == "asset"]


@pytest.fixture
def world() -> World:
    world = World()
    world.catalogue.insert(replace(FILM, id="film", org_id="org"))
    world.switchboard.connect(CALLER)
    return world


def test_a_ticket_lets_its_member_in_once() -> None:
    tickets, clock = MemoryTickets(), TickingClock()
    desk = TicketDesk(
        tickets=tickets, clock=clock, new_ticket=lambda: TICKET, url="wss://live.example"
    )
    gate = TicketGate(tickets=tickets, clock=clock)
    issued = desk.issue(ANN)

    assert issued["url"] == "wss://live.example"
    assert not any(TICKET in key for key in tickets.kept)
    assert gate.admit(TICKET[:-1] + "x") is gate.admit("") is None
    admitted = gate.admit(TICKET)
    assert admitted is not None
    assert (admitted.member_id, admitted.org_id) == (ANN.id, ANN.org_id)
    assert gate.admit(TICKET) is None


def test_a_ticket_expires() -> None:
    tickets, clock = MemoryTickets(), TickingClock()
    TicketDesk(tickets=tickets, clock=clock, new_ticket=lambda: TICKET, url="").issue(ANN)
    late = clock() + timedelta(seconds=60)

    assert TicketGate(tickets=tickets, clock=lambda: late).admit(TICKET) is None


@pytest.mark.parametrize("now", [None, replace(ANN, org_id="rival")], ids=["removed", "moved"])
def test_a_ticket_of_who_is_no_member_any_more_lets_nobody_in(now: Member | None) -> None:
    world = World(known={} if now is None else {ANN.id: now})

    with pytest.raises(Forbidden):
        world.switchboard.connect(CALLER)
    assert world.targets == {}


def test_who_is_out_of_the_book_is_hung_up(world: World) -> None:
    world.switchboard.disconnect(CALLER)

    world.switchboard.pong(CALLER)
    world.switchboard.subscribe(CALLER, Target(), None)

    assert world.heard() == []
    assert world.gone == {"one"}


def test_a_pong_has_a_position_to_go_on_from(world: World) -> None:
    world.switchboard.pong(CALLER)
    after = world.heard()[-1]["position"]
    world.push(2)

    world.switchboard.subscribe(CALLER, Target(), after)

    assert [f["type"] for f in world.heard()] == ["pong", "asset", "subscribed"]


def test_a_connection_is_its_members(world: World) -> None:
    assert world.members == {"one": ANN.id}


@pytest.mark.parametrize(
    "target", [Target(), Target(project_id="show"), Target(asset_id="film")], ids=str
)
def test_who_listens_is_told_once(world: World, target: Target) -> None:
    world.switchboard.subscribe(CALLER, target, None)
    world.switchboard.subscribe(CALLER, Target(), None)

    assert world.push(2) == 1
    assert world.push(2, org_id="rival") == 0
    assert world.revs() == [2]
    assert "jobChange" not in world.heard()[-1]["asset"]


def test_progress_is_told_and_not_kept(world: World) -> None:
    world.switchboard.subscribe(CALLER, Target(project_id="show"), None)
    run = {"id": "film", "projectId": "show", "versionId": "v1", "attempt": 1}

    told = world.pusher.push("Asset Progressed", {**run, "orgId": "org", "percent": 40, "at": ""})

    assert told == 1
    assert world.heard()[-1] == {"type": "progress", "asset": run, "percent": 40}
    assert world.news == []


def test_of_another_asset_nothing_is_told(world: World) -> None:
    world.switchboard.subscribe(CALLER, Target(asset_id="film"), None)
    assert world.push(2, asset_id="other") == 0


def test_who_unsubscribes_is_told_no_more(world: World) -> None:
    world.switchboard.subscribe(CALLER, Target(), None)
    world.switchboard.unsubscribe(CALLER, Target())
    world.switchboard.pong(CALLER)

    assert world.push(2) == 0
    assert [f["type"] for f in world.heard()] == ["subscribed", "unsubscribed", "pong"]


def test_what_is_no_news_of_an_asset_is_not_taken(world: World) -> None:
    with pytest.raises(KeyError):
        world.pusher.push("Asset Status Changed", {"orgId": "org", "id": "film"})
    assert world.news == []


def test_anothers_asset_is_as_none(world: World) -> None:
    world.catalogue.insert(replace(FILM, id="theirs", org_id="rival"))
    world.catalogue.insert(replace(FILM, id="was", org_id="org", status=Status.DELETED))
    for media_id in ("theirs", "unknown", "was"):
        with pytest.raises(NotFound, match=r"^There is no such asset\.$"):
            world.switchboard.subscribe(CALLER, Target(asset_id=media_id), None)


def test_a_connection_has_so_many_subscriptions(world: World) -> None:
    for n in range(50):
        world.switchboard.subscribe(CALLER, Target(project_id=f"p{n}"), None)
    with pytest.raises(QuotaExceeded, match="50"):
        world.switchboard.subscribe(CALLER, Target(), None)


def test_what_was_missed_is_told_before_subscribed(world: World) -> None:
    world.switchboard.subscribe(CALLER, Target(), None)
    world.push(2)
    seen = world.heard()[-1]["position"]
    world.switchboard.disconnect(CALLER)
    world.push(3)
    again = Caller("org", "two", ANN.id)
    world.switchboard.connect(again)

    world.switchboard.subscribe(again, Target(asset_id="film"), seen)

    assert [f["type"] for f in world.heard("two")] == ["asset", "asset", "subscribed"]
    assert world.revs("two")[-1] == 3
    assert world.heard("two")[-1]["position"] > world.heard("two")[-2]["position"]


def test_who_was_away_for_long_reads_anew(world: World) -> None:
    old = position(world.clock() - NEWS_KEPT)
    world.switchboard.subscribe(CALLER, Target(), old)
    assert [f["type"] for f in world.heard()] == ["reset", "subscribed"]


def test_who_missed_much_reads_anew(world: World) -> None:
    now = position(world.clock(), "a")
    asset = {"id": "film", "projectId": "show", "rev": 1}
    world.news = [LiveNews(org_id="org", event="e", asset=asset, position=now)] * (
        MOST_REPLAYED + 1
    )
    world.switchboard.subscribe(CALLER, Target(), now)
    assert [f["type"] for f in world.heard()] == ["reset", "subscribed"]


def test_who_is_gone_or_out_of_reach_is_forgotten_and_holds_nobody_up(world: World) -> None:
    for name in ("one", "two", "three"):
        world.switchboard.connect(Caller("org", name, ANN.id))
        world.switchboard.subscribe(Caller("org", name, ANN.id), Target(), None)
    world.gone, world.unreachable = {"one"}, {"two"}

    assert world.push(2) == 1
    assert world.revs("three") == [2]
    assert [name for _, name in world.targets] == ["three"]
    assert "two" in world.gone  # cut off


def test_garbage_is_answered_and_at_last_cut_off(world: World) -> None:
    for _ in range(MOST_FAULTS):
        world.switchboard.misheard(CALLER, InvalidRequest("That is no JSON."))

    assert [f["code"] for f in world.heard()] == ["INVALID_REQUEST"] * MOST_FAULTS
    assert world.gone == {"one"}
    assert ("org", "one") not in world.targets


@given(st.lists(st.sampled_from(["push", "again", "drop", "back"]), max_size=30))
def test_nothing_is_lost_by_who_drops_by_rev(steps: list[str]) -> None:
    """However connections break between news that come once or twice."""
    world, seen, after, line = World(), 0, position(TickingClock()()), 0
    rev, up = 0, False
    for step in [*steps, "drop", "back"]:
        caller = Caller("org", str(line), ANN.id)
        if step == "push":
            rev += 1
        if step in {"push", "again"} and rev:
            world.push(rev)
        elif step == "drop" and up:
            world.switchboard.disconnect(caller)
            up = False
        elif step == "back" and not up:
            line, up = line + 1, True
            caller = Caller("org", str(line), ANN.id)
            world.switchboard.connect(caller)
            world.switchboard.subscribe(caller, Target(), after)
        for frame in world.heard(caller.connection):
            if frame["type"] == "asset" and frame["asset"]["rev"] > seen:
                assert frame["asset"]["rev"] == seen + 1
                seen = frame["asset"]["rev"]
            after = frame.get("position", after)
    assert seen == rev
