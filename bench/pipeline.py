"""From the upload's last byte to `ready` on the embedded cloud, and what of it is orchestration."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench import pictures
from bench.measure import Row, absolute, paired
from local.cloud import Cloud
from local.demo.client import Client

ROUNDS = 5
SIZE = 4000, 3000
READY_GOAL, ORCHESTRATION_GOAL = 3.0, 1.0
PATIENCE = 60.0


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        photo = pictures.jpeg(pictures.photo(*SIZE), Path(folder) / "photo.jpg")
        pixel = pictures.jpeg(pictures.photo(1, 1), Path(folder) / "pixel.jpg")
        with (
            Cloud.start(port=0, emulator_port=0, state=Path(folder) / "cloud") as cloud,
            httpx.Client(timeout=PATIENCE) as http,
        ):
            client = Client(http, cloud.api_url, cloud.session())
            for _ in range(2):  # cold starts are bench.cold_start's business
                _run(client, photo)
            photos, pixels = paired(
                lambda: _run(client, photo), lambda: _run(client, pixel), rounds=ROUNDS
            )
            transitions = _transitions(cloud)
    return [
        absolute("12 MP photo, upload to ready, warm", "s", photos, goal=READY_GOAL),
        absolute(
            "of it orchestration: the same for a picture of one pixel",
            "s",
            pixels,
            goal=ORCHESTRATION_GOAL,
        ),
        absolute("Step Functions transitions for one image", "", transitions, goal=8),
    ]


def _run(client: Client, picture: Path) -> float:
    """Seconds from the upload's last byte to the cloud's own stamp."""
    slot = client.presign(picture, "bench")
    client.upload(slot, picture, lambda _: None)
    uploaded = datetime.now(UTC)
    deadline = time.monotonic() + PATIENCE
    while (asset := client.asset(slot.media_id))["status"] != "ready":
        if asset["status"] == "failed" or time.monotonic() > deadline:
            raise RuntimeError(f"not ready: {asset['status']} {asset['error']}")
        time.sleep(0.05)
    return (datetime.fromisoformat(asset["processedAt"]) - uploaded).total_seconds()


def _transitions(cloud: Cloud) -> list[float]:
    """Of each execution, as AWS bills them: the start, and every state entered."""
    states = cloud.client("stepfunctions")
    listed = states.list_executions(stateMachineArn=cloud.outputs["StateMachineArn"])
    counts = []
    for execution in listed["executions"]:
        history = states.get_execution_history(executionArn=execution["executionArn"])["events"]
        entered = [event for event in history if event["type"].endswith("StateEntered")]
        counts.append(1.0 + len(entered))
    return counts


if __name__ == "__main__":
    for row in measure():
        print(row)
