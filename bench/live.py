"""How soon a change of status in the catalogue reaches who listens, in the embedded cloud: one
connection, and two hundred on one project, every other of which is lost on the way and comes back.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.measure import Row, absolute
from local.cloud import Cloud
from spool.aws.catalogue import DynamoCatalogue
from spool.model import Asset, Status, timestamp, utc_now

PROJECT = "bench"
WARM, CHANGES, PAUSE = 5, 60, 0.25
CONNECTIONS, ASSETS, CALM = 200, 4, 2.0
STEPS = (Status.QUEUED, Status.PROCESSING, Status.READY)
GOAL_MS = 500.0
PATIENCE = 120.0

Rev = tuple[str, int]


def measure() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Cloud.start(port=0, emulator_port=0, state=Path(folder) / "cloud") as cloud,
        httpx.Client(
            base_url=cloud.api_url, headers=cloud.session().headers, timeout=PATIENCE
        ) as http,
    ):
        desk = Desk(cloud, http)
        return [asyncio.run(_one(desk)), *asyncio.run(_many(desk))]


class Desk:
    """Tickets, and changes of status; `at` is when each was stored."""

    def __init__(self, cloud: Cloud, http: httpx.Client) -> None:
        dynamodb = cloud.client("dynamodb")
        self._catalogue = DynamoCatalogue(
            table=cloud.outputs["TableName"], clock=utc_now, client=lambda: dynamodb
        )
        self._http = http
        self._assets: dict[str, Asset] = {}
        self.turn = asyncio.Semaphore(4)
        self.at: dict[Rev, float] = {}

    def address(self) -> str:
        ticket = self._http.post("/live/tickets").raise_for_status().json()
        return f"{ticket['url']}?ticket={ticket['ticket']}"

    def change(self, name: str, status: Status) -> None:
        before = self._assets.get(name)
        if before is None:
            after = _asset(name)
            self._catalogue.insert(after)
        else:
            after = replace(before, status=status, rev=before.rev + 1)
            if not self._catalogue.update(before, after):
                raise RuntimeError("Somebody else changed it.")
        self._assets[name] = after
        self.at[name, after.rev] = perf_counter()


def _asset(name: str) -> Asset:
    return Asset(
        id=name,
        org_id="default",
        project_id=PROJECT,
        filename="photo.jpg",
        original_key=f"originals/default/{PROJECT}/{name}-photo.jpg",
        status=Status.UPLOADING,
        uploaded_at=timestamp(utc_now()),
    )


@dataclass
class Listener:
    """`heard` is when each rev was told first; `shown` are those that were left after dropping what
    is not newer, and `dropped` how many were not."""

    heard: dict[Rev, float] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    shown: list[Rev] = field(default_factory=list)
    dropped: int = 0
    position: str | None = None

    async def subscribe(self, socket: ClientConnection) -> None:
        after = {} if self.position is None else {"after": self.position}
        await socket.send(json.dumps({"action": "subscribe", "projectId": PROJECT, **after}))
        while (await self.hear(socket))["type"] != "subscribed":
            pass

    async def hear(self, socket: ClientConnection) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await socket.recv())
        self.position = frame.get("position", self.position)
        if frame["type"] == "asset":
            self._take(frame["asset"]["id"], frame["asset"]["rev"])
        return frame

    def _take(self, name: str, rev: int) -> None:
        self.heard.setdefault((name, rev), perf_counter())
        if rev <= self.newest.get(name, 0):
            self.dropped += 1
            return
        self.newest[name] = rev
        self.shown.append((name, rev))


async def _one(desk: Desk) -> Row:
    listener = Listener()
    async with _connected(desk) as socket:
        await listener.subscribe(socket)
        for number in range(WARM + CHANGES):
            name = f"one_{number}"
            await asyncio.to_thread(desk.change, name, Status.UPLOADING)
            async with asyncio.timeout(PATIENCE):
                while name not in listener.newest:
                    await listener.hear(socket)
            await asyncio.sleep(PAUSE)
    delays = [_delay(desk, listener, (f"one_{n}", 1)) for n in range(WARM, WARM + CHANGES)]
    return absolute("status change to WebSocket message, p99", "ms", [_p99(delays)], goal=GOAL_MS)


async def _many(desk: Desk) -> list[Row]:
    everything = {(f"many_{n}", rev + 1) for n in range(ASSETS) for rev in range(len(STEPS) + 1)}
    listeners = [Listener() for _ in range(CONNECTIONS)]
    ready = asyncio.Barrier(CONNECTIONS + 1)
    async with asyncio.TaskGroup() as tasks:
        listening = [
            tasks.create_task(_listen(desk, listener, ready, lost=number % 2 == 1))
            for number, listener in enumerate(listeners)
        ]
        await ready.wait()
        for status in (Status.UPLOADING, *STEPS):
            for number in range(ASSETS):
                await asyncio.to_thread(desk.change, f"many_{number}", status)
                await asyncio.sleep(CALM)
        await asyncio.wait(listening, timeout=PATIENCE)
        for task in listening:  # one that missed something would wait for ever
            task.cancel()
    missed = sum(len(everything - listener.heard.keys()) for listener in listeners)
    doubled = sum(len(each.shown) - len(set(each.shown)) for each in listeners)
    dropped = sum(listener.dropped for listener in listeners)
    stayed = [listener for number, listener in enumerate(listeners) if number % 2 == 0]
    delays = [_delay(desk, each, rev) for each in stayed for rev in each.heard]
    named = f"{CONNECTIONS} connections, half of them lost once"
    return [
        absolute(f"{named}: news missed", "", [float(missed)], goal=0),
        absolute(f"{named}: news doubled", "", [float(doubled)], goal=0),
        absolute(f"{named}: frames dropped by rev", "", [float(dropped)]),
        absolute(f"{named}: status change to message, p99", "ms", [_p99(delays)]),
    ]


async def _listen(desk: Desk, listener: Listener, ready: asyncio.Barrier, *, lost: bool) -> None:
    """Until it has heard the last of everything. One that is to be lost hangs up at the first news
    and is back after a second."""
    last = len(STEPS) + 1
    async with _connected(desk) as socket:
        await listener.subscribe(socket)
        await ready.wait()
        await listener.hear(socket)
        while not lost and _behind(listener, last):
            await listener.hear(socket)
    while _behind(listener, last):
        await asyncio.sleep(1)
        async with _connected(desk) as socket:
            await listener.subscribe(socket)
            while _behind(listener, last):
                await listener.hear(socket)


@asynccontextmanager
async def _connected(desk: Desk) -> AsyncIterator[ClientConnection]:
    """In turn: a connection takes three calls of functions, of which two run at once."""
    async with desk.turn:
        address = await asyncio.to_thread(desk.address)
        socket = await connect(address, open_timeout=PATIENCE)
    async with socket:
        yield socket


def _behind(listener: Listener, last: int) -> bool:
    return len(listener.newest) < ASSETS or min(listener.newest.values()) < last


def _delay(desk: Desk, listener: Listener, rev: Rev) -> float:
    """Milliseconds."""
    return (listener.heard[rev] - desk.at[rev]) * 1000


def _p99(milliseconds: list[float]) -> float:
    return statistics.quantiles(milliseconds, n=100)[-1]
