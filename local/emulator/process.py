"""Starts and stops the emulator's process and waits until it answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local.emulator.state import OBJECTS, SERVICES, TEMPORARY, adopt
from local.errors import StartFailed
from local.settings import ACCOUNT, HOST, NODE, REGION, ROOT

START_SECONDS = 30
STOP_SECONDS = 10


class Emulator:
    """A running MiniStack; `url` is its endpoint, `log` its log file."""

    def __init__(self, *, port: int, state: Path) -> None:
        self.url = f"http://{HOST}:{port}"
        self.log = state / "emulator.log"
        adopt(state, port)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.emulator"],
                cwd=ROOT,
                env=_environment(port, state),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # its children end with it, and Ctrl-C is ours to handle
            )

    def wait_until_ready(self) -> None:
        """Raises StartFailed when it ends or stays silent."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise StartFailed(
                    "The emulator", f"it ended with code {self._process.returncode}.", self.log
                )
            if self._answers():
                return
            time.sleep(0.05)
        raise StartFailed("The emulator", f"no answer within {START_SECONDS} s.", self.log)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=1):  # noqa: S310  # our own http URL
                return True
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Let it save its state, then end whatever of its process group is left."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _environment(port: int, state: Path) -> dict[str, str]:
    """Only what the emulator and its functions need: nothing of the user's account leaks in."""
    temporary = state / TEMPORARY
    return {
        "PATH": os.pathsep.join([str(NODE.parent), str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(state),
        "LANG": "C.UTF-8",
        "TMPDIR": str(temporary),
        "PYTHONUNBUFFERED": "1",
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        # Read by deliver_webhook and manage_webhooks, and never in a template: on AWS they refuse.
        "SPOOL_TEST_LOOPBACK_RECEIVERS": "true",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "MINISTACK_HOST": "localhost",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{temporary}/no-docker",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / SERVICES),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / OBJECTS),
    }
