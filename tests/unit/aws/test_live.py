"""Tickets, connections and the log of news, on moto."""

from __future__ import annotations

from datetime import timedelta

import pytest

from spool.aws.connections import DynamoConnections
from spool.aws.news_log import DynamoNewsLog
from spool.aws.tickets import DynamoTickets
from spool.live import CONNECTION_LIFETIME, LiveNews, Target, Ticket, position
from tests.unit.services.fakes import TickingClock

ANN = "user-1"
FILM, SHOW = Target(asset_id="film"), Target(project_id="show")


@pytest.fixture
def connections(table: str) -> DynamoConnections:
    return DynamoConnections(table=table, clock=TickingClock())


def test_a_ticket_is_taken_once(table: str) -> None:
    tickets = DynamoTickets(table=table)
    ticket = Ticket(member_id=ANN, org_id="org", expires=TickingClock()())
    tickets.put("digest", ticket)

    assert tickets.take("another") is None
    assert tickets.take("digest") == ticket
    assert tickets.take("digest") is None


def test_a_connection_listens_until_it_is_closed(connections: DynamoConnections) -> None:
    connections.open("org", "one", ANN)
    assert connections.subscribe("org", "one", FILM, 2)
    assert connections.subscribe("org", "one", SHOW, 2)
    assert connections.listening("org", FILM) == ["one"]
    assert connections.listening("rival", FILM) == []

    connections.close("org", "one")

    assert connections.listening("org", FILM) == connections.listening("org", SHOW) == []
    assert connections.count("org", 10) == 0


def test_so_many_subscriptions_and_no_more(connections: DynamoConnections) -> None:
    connections.open("org", "one", ANN)
    assert connections.subscribe("org", "one", FILM, 1)
    assert not connections.subscribe("org", "one", SHOW, 1)
    assert connections.subscribe("org", "one", FILM, 1)  # again

    connections.unsubscribe("org", "one", FILM)

    assert connections.listening("org", FILM) == []
    assert connections.subscribe("org", "one", SHOW, 1)


def test_who_is_gone_listens_to_nothing(connections: DynamoConnections) -> None:
    assert not connections.subscribe("org", "never", FILM, 9)
    connections.unsubscribe("org", "never", FILM)
    assert connections.listening("org", FILM) == []


def test_connections_are_counted_without_those_that_expired(table: str) -> None:
    clock = TickingClock()
    connections = DynamoConnections(table=table, clock=clock)
    for name in ("one", "two", "three"):
        connections.open("org", name, ANN)
    connections.subscribe("org", "one", FILM, 9)
    assert connections.count("org", 10) == 3
    assert connections.count("org", 2) == 2

    late = clock() + CONNECTION_LIFETIME
    later = DynamoConnections(table=table, clock=lambda: late)

    assert later.count("org", 10) == 0
    assert later.listening("org", FILM) == []


def test_faults_are_counted(connections: DynamoConnections) -> None:
    connections.open("org", "one", ANN)
    assert [connections.fault("org", "one") for _ in range(3)] == [1, 2, 3]


def test_news_come_back_from_a_position_on(table: str) -> None:
    log, clock = DynamoNewsLog(table=table), TickingClock()
    told = [
        LiveNews(
            org_id="org",
            event="Asset Status Changed",
            asset={"id": "film", "projectId": "show", "rev": n, "duration": 1.5},
            position=position(clock(), f"{n:x}"),
        )
        for n in range(4)
    ]
    for news in reversed(told):
        log.write(news)

    assert log.after("org", told[1].position, 10) == told[1:]
    assert log.after("org", told[0].position, 2) == told[:2]
    assert log.after("org", position(clock() + timedelta(seconds=1)), 2) == []
    assert log.after("rival", told[0].position, 10) == []


def test_faults_of_one_that_is_gone_are_not_counted(connections: DynamoConnections) -> None:
    connections.open("org", "one", ANN)
    assert [connections.fault("org", "one") for _ in range(2)] == [1, 2]
    connections.close("org", "one")
    assert connections.fault("org", "one") == 0
    assert connections.count("org", 10) == 0


def test_who_is_expelled_is_told_nothing(connections: DynamoConnections) -> None:
    connections.open("org", "one", ANN)
    connections.open("org", "two", "user-2")
    for name in ("one", "two"):
        connections.subscribe("org", name, SHOW, 2)

    assert connections.expel("org", ANN) == 1

    assert connections.listening("org", SHOW) == ["two"]
    assert not connections.is_open("org", "one")
    assert connections.is_open("org", "two")
