"""The edge's hit path against a bare route of the same server, asked by the same client in turn."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from bench.edge_server import BARE, BODY
from bench.measure import Row, absolute, compared, paired, seconds
from local.settings import HOST, ROOT

CONNECTIONS, REQUESTS, ROUNDS = 8, 100, 41  # requests of each connection in each round
GOAL = 2.0  # times the bare route's: half of its throughput
VARIANT = "/img/originals/org/project/media_1-photo.jpg?v=0123456789ab&w=800&f=auto&utm_source=x"
HEADERS = (
    "Host: localhost:8080\r\nAccept: image/avif,image/webp,image/*,*/*;q=0.8\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0\r\n"
    "Referer: http://localhost:8080/\r\nSec-Fetch-Dest: image\r\nSec-Fetch-Mode: no-cors\r\n"
)


def measure() -> list[Row]:
    with _server() as port:
        hits, bare = _Crowd(port, VARIANT), _Crowd(port, BARE)
        ours, peer = paired(seconds(hits), seconds(bare), rounds=ROUNDS + 1)
        strangers = [seconds(_Crowd(port, VARIANT, strangers=True))() for _ in range(ROUNDS // 4)]
    each = CONNECTIONS * REQUESTS / 1000
    return [
        compared(
            "a cache hit of the local edge, against a bare route",
            "ms",
            [second / each for second in ours[1:]],  # the first round fills the cache
            [second / each for second in peer[1:]],
            peer_name="Starlette",
            goal=GOAL,
        ),
        absolute(
            "a cache hit of the local edge, headers never seen before",
            "ms",
            [second / each for second in strangers],
        ),
    ]


class _Crowd:
    """`CONNECTIONS` keep-alive connections that ask for the same path `REQUESTS` times each, as the
    same viewer or, as `strangers`, each time as another."""

    def __init__(self, port: int, path: str, *, strangers: bool = False) -> None:
        self._port, self._strangers = port, strangers
        self._question = f"GET {path} HTTP/1.1\r\n{HEADERS}".encode()

    def __call__(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._all())

    async def _all(self) -> None:
        await asyncio.gather(*(self._one() for _ in range(CONNECTIONS)))

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        for _ in range(REQUESTS):
            viewer = f"X-Viewer: {uuid.uuid4()}\r\n" if self._strangers else ""
            writer.write(self._question + viewer.encode() + b"\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            await reader.readexactly(len(BODY))
        writer.close()
        await writer.wait_closed()


@contextmanager
def _server() -> Iterator[int]:
    command = [sys.executable, "-m", "bench.edge_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline()) if server.stdout else 0
        finally:
            server.terminate()


if __name__ == "__main__":
    for row in measure():
        print(row)
