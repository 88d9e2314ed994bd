"""200 pictures asked for at once that were never asked for before: `img_resize` in as many
environments as there are cores, and a sharp server with its defaults, which reads the original."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from bench import pictures
from bench.measure import Row, absolute, compared
from local.settings import HOST, NODE, ROOT

REQUESTS = 200
WIDTHS = (320, 640, 960, 1280)
FORMATS = ("avif", "webp", "jpeg")
SIZE = (3456, 2304)  # of the original: 8 megapixels
MIPS = (2560, 1280)
TAG = "0123456789ab"
GOAL_P99, GOAL_MIB = 1.0, 512


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = _store(folder)
        with _server(sys.executable, "-m", "bench.burst_server", name) as (port, *environments):
            ours, errors = asyncio.run(_burst(port, _variants()))
            peak = [float(_peak_mib(environment)) for environment in environments]
        with _server(str(NODE), "bench/burst_server.mjs", str(original), name) as (port, *_):
            peer, _ = asyncio.run(_burst(port, _resized()))
    named = f"{REQUESTS} first requests at once"
    return [
        absolute(f"{named}: errors", "", [float(errors)], goal=0),
        compared(
            f"{named}: 99th percentile",
            "s",
            [_p99(ours)],
            [_p99(peer)],
            peer_name="sharp",
            goal=GOAL_P99,
        ),
        absolute(f"{named}: peak memory of an environment", "MiB", [max(peak)], goal=GOAL_MIB),
    ]


def _store(folder: Path) -> Path:
    """An original, and under each asset what the pipeline makes of it for `/img`."""
    picture = pictures.photo(*SIZE)
    mips = {f"mip_{edge}.jpg": picture.thumbnail_image(edge) for edge in MIPS}
    manifest = {
        "type": "image",
        "frames": 1,
        "hasAlpha": False,
        "renditions": [
            {"name": name, "width": mip.width, "height": mip.height} for name, mip in mips.items()
        ],
    }
    made = folder / "renditions" / "org" / "bench"
    made.mkdir(parents=True)
    for name, mip in mips.items():
        mip.jpegsave(str(made / name), Q=90)
    for i in range(REQUESTS):
        place = made / f"media_{i}" / TAG
        place.mkdir(parents=True)
        (place / "manifest.json").write_text(json.dumps(manifest))
        for name in mips:
            (place / name).hardlink_to(made / name)
    return pictures.jpeg(picture, folder / "original.jpg")


def _variants() -> list[str]:
    extensions = {"jpeg": "jpg"}
    return [
        f"/variants/org/bench/media_{i}/{TAG}/w-{width}_q-80.{extensions.get(fmt, fmt)}"
        for i, width, fmt in _wishes()
    ]


def _resized() -> list[str]:
    return [f"/{width}/{i}.{fmt}" for i, width, fmt in _wishes()]


def _wishes() -> Iterator[tuple[int, int, str]]:
    for i in range(REQUESTS):
        yield i, WIDTHS[i % len(WIDTHS)], FORMATS[i % len(FORMATS)]


async def _burst(port: int, paths: Sequence[str]) -> tuple[list[float], int]:
    """Seconds that each took, and how many were no picture."""
    answers = await asyncio.gather(*(_ask(port, path) for path in paths))
    return [took for took, _ in answers], sum(not sound for _, sound in answers)


async def _ask(port: int, path: str) -> tuple[float, bool]:
    start = perf_counter()
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    took = perf_counter() - start
    writer.close()
    await writer.wait_closed()
    status = head.split(b" ", 2)[1]
    return took, status == b"200" and b"image/" in head and len(body) > 0


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


@contextmanager
def _server(*command: str) -> Iterator[list[int]]:
    """The numbers that it prints once it listens."""
    paths = [ROOT, ROOT / "lambdas", ROOT / "layers" / "spool" / "python"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "POWERTOOLS_SERVICE_NAME": "bench",
    }
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        numbers: list[int] = []
        try:
            if server.stdout:
                numbers = [int(number) for number in server.stdout.readline().split()]
            yield numbers
        finally:
            for process in [*numbers[1:], server.pid]:
                os.kill(process, 15)


def _peak_mib(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


if __name__ == "__main__":
    for row in measure():
        print(row)
