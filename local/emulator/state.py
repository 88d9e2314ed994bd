"""What the emulator keeps between runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

PORT = "port"
SERVICES = "services"
OBJECTS = "s3"
TEMPORARY = "tmp"


def adopt(state: Path, port: int) -> None:
    """Make the state of an earlier run fit `port`.

    MiniStack writes its own address into what it keeps (queues are even found by it), so another
    port would lose them.
    """
    if not (state / SERVICES / "s3.json").exists():
        forget(state)  # the emulator was killed in its first run: objects, but no record of them
    state.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(state / TEMPORARY, ignore_errors=True)
    (state / TEMPORARY).mkdir()
    marker = state / PORT
    before = marker.read_text() if marker.exists() else str(port)
    if before != str(port):
        for path in (state / SERVICES).glob("*.json"):
            path.write_text(_moved(path.read_text(), before, port))
    marker.write_text(str(port))


def _moved(text: str, before: str, port: int) -> str:
    return re.sub(rf"(localhost|127\.0\.0\.1):{before}(?!\d)", rf"\g<1>:{port}", text)


def forget(state: Path) -> None:
    """Everything that was stored."""
    for name in (SERVICES, OBJECTS, TEMPORARY):
        shutil.rmtree(state / name, ignore_errors=True)
    (state / PORT).unlink(missing_ok=True)
