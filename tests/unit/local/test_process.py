"""The emulator's process: it tells when it can't start, and never outlives who started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator.client import client
from local.emulator.process import Emulator
from local.errors import PortTaken, StartFailed
from local.ports import claim
from local.settings import HOST, ROOT


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_names_itself_and_the_setting(taken: int) -> None:
    with pytest.raises(PortTaken, match=rf"Port {taken} is taken .* PORT \(--port\)"):
        claim(taken, "PORT (--port)")


def test_a_free_port_is_found() -> None:
    with socket.create_server((HOST, claim(0, "PORT"))) as server:
        assert server.getsockname()[1] > 1023


def test_an_emulator_that_can_not_start_names_its_log(taken: int, tmp_path: Path) -> None:
    with Emulator(port=taken, state=tmp_path) as emulator:
        with pytest.raises(StartFailed, match="it ended with code") as failed:
            emulator.wait_until_ready()
        assert str(emulator.log) in str(failed.value)


def test_what_was_stored_survives_a_restart_on_another_port(tmp_path: Path) -> None:
    with Emulator(port=claim(0, ""), state=tmp_path) as emulator:
        emulator.wait_until_ready()
        s3 = client("s3", emulator.url)
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"hello")
        client("sqs", emulator.url).create_queue(QueueName="queue")
    with Emulator(port=claim(0, ""), state=tmp_path) as emulator:
        emulator.wait_until_ready()
        s3 = client("s3", emulator.url)
        assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"hello"
        queue = client("sqs", emulator.url).get_queue_url(QueueName="queue")["QueueUrl"]
        assert queue == f"{emulator.url.replace('127.0.0.1', 'localhost')}/000000000000/queue"


def test_a_first_run_that_was_killed_is_forgotten(tmp_path: Path) -> None:
    for _ in range(2):
        with Emulator(port=claim(0, ""), state=tmp_path) as emulator:
            emulator.wait_until_ready()
            s3 = client("s3", emulator.url)
            s3.create_bucket(Bucket="bucket")
            s3.put_object(Bucket="bucket", Key="key", Body=b"hello")
            emulator._process.kill()


STARTER = """
import sys, time
from pathlib import Path
from local.emulator.client import client
from local.emulator.process import Emulator
from local.ports import claim

emulator = Emulator(port=claim(0, ""), state=Path(sys.argv[1]))
emulator.wait_until_ready()
print(emulator._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_emulator_ends_with_the_process_that_started_it(
    how: signal.Signals, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        emulator = int(starter.stdout.readline())
        starter.send_signal(how)
        starter.wait()

    deadline = time.monotonic() + 10
    while _runs(emulator) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(emulator)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
