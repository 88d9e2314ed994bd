"""Where the demo runs: a cloud that is up already, or one that it starts for itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from rich.console import Console

from local.cloud import Cloud
from local.report import TerminalReport
from local.settings import STATE
from local.tokens import Session, TokenRequest


@dataclass(frozen=True)
class Place:
    """Addresses without a slash at the end; `auth` says how to sign in, and `mine` is true when the
    demo started it."""

    edge: str
    api: str
    auth: Mapping[str, Any]
    mine: bool

    @classmethod
    def of(cls, face: Mapping[str, Any], *, mine: bool) -> Self:
        """As `outputs.json` says."""
        return cls(face["edge"], face["api"], face["auth"], mine)

    def session(self, http: httpx.Client) -> Session:
        return Session(TokenRequest(**self.auth["token"]), http)


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
        yield Place.of(cloud.face(), mine=True)


def up_already(state: Path, http: httpx.Client) -> Place | None:
    """The cloud that `outputs.json` names, if it answers: a killed one leaves the file behind."""
    try:
        outputs = json.loads((state / "outputs.json").read_text())
        place = Place.of(outputs, mine=False)
        headers = place.session(http).headers
        asked = http.get(f"{place.api}/assets", params={"limit": 1}, headers=headers, timeout=5)
        asked.raise_for_status()
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError):
        return None
    return place
