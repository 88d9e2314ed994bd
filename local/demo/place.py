"""Where the demo runs: a cloud that is up already, or one that it starts for itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console

from local.cloud import Cloud
from local.report import TerminalReport
from local.settings import STATE


@dataclass(frozen=True)
class Place:
    """Addresses without a slash at the end; `mine` when the demo started it."""

    edge: str
    api: str
    mine: bool


@contextmanager
def place(port: int, emulator_port: int, http: httpx.Client, console: Console) -> Iterator[Place]:
    """Stops what it started. Raises local.errors.CloudError."""
    if running := up_already(STATE, http):
        yield running
        return
    with (
        TerminalReport(console) as report,
        Cloud.start(port=port, emulator_port=emulator_port, report=report) as cloud,
    ):
        report.done()
        yield Place(cloud.edge_url, cloud.api_url, mine=True)


def up_already(state: Path, http: httpx.Client) -> Place | None:
    """The cloud that `outputs.json` names, if it answers: a killed one leaves the file behind."""
    try:
        outputs = json.loads((state / "outputs.json").read_text())
        http.get(f"{outputs['api']}/assets", params={"limit": 1}, timeout=5).raise_for_status()
        return Place(outputs["edge"], outputs["api"], mine=False)
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None
