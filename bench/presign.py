"""How long a warm `presign_upload` takes, from the event to the answer, against the emulator's
DynamoDB and S3: its 99th percentile."""

from __future__ import annotations

import contextlib
import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import Row, absolute
from local.cloud import Cloud
from local.settings import ADMIN_CREDENTIALS, REGION
from presign_upload.handler import handler

CALLS, ROUNDS = 400, 5
GOAL_MS = 30.0
MIB = 1 << 20
CALLER = "bench"


def measure() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Cloud.start(port=0, emulator_port=0, state=Path(folder) / "cloud") as cloud,
        _as_deployed(cloud),
    ):
        cloud.directory.admit(CALLER, "bench", "editor", CALLER)
        rows = []
        for name, size in (("one PUT", MIB), ("parts", 20 * MIB)):
            call = partial(_call, size)
            for _ in range(20):  # clients, connections, caches: cold starts are measured elsewhere
                call()
            p99 = [_p99([call() for _ in range(CALLS)]) for _ in range(ROUNDS)]
            rows.append(absolute(f"presign for {name}, warm, p99", "ms", p99, goal=GOAL_MS))
    return rows


def _call(size: int) -> float:
    """Milliseconds."""
    body = {"filename": "a.mp4", "contentType": "video/mp4", "projectId": "bench", "size": size}
    claims = {"sub": CALLER, "token_use": "access"}
    event: dict[str, Any] = {
        "routeKey": "POST /uploads/presign",
        "body": json.dumps(body),
        "requestContext": {
            "requestId": "bench",
            "http": {"method": "POST"},
            "authorizer": {"jwt": {"claims": claims}},
        },
    }
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        answer = handler(event, None)
    took = time.perf_counter() - began
    if answer["statusCode"] != 200:
        raise RuntimeError(answer["body"])
    return took * 1000


def _p99(milliseconds: list[float]) -> float:
    return statistics.quantiles(milliseconds, n=100)[-1]


@contextmanager
def _as_deployed(cloud: Cloud) -> Iterator[None]:
    """The function's own settings, in this process."""
    functions = cloud.client("lambda").list_functions()["Functions"]
    (deployed,) = (f for f in functions if f["Handler"].startswith("presign_upload."))
    credentials = {name.upper(): value for name, value in ADMIN_CREDENTIALS.items()}
    wanted: Mapping[str, str] = {
        **deployed["Environment"]["Variables"],
        **credentials,
        "AWS_ENDPOINT_URL": cloud.emulator_url,
        "AWS_DEFAULT_REGION": REGION,
    }
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    for row in measure():
        print(json.dumps(row))
