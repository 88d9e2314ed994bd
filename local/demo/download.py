"""Several originals as one zip, by its link."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import httpx

from local.demo.client import Client, Refused
from local.demo.fetching import Wrong, fetched
from local.demo.journey import Journey

MOST_BYTES = 100_000_000  # users' own files may be large
ASK_EVERY = 0.1  # seconds
PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Download:
    """`names` as the zip has them; `bytes` is its size, `seconds` from the request until the link
    was there, which ends at `expires`."""

    url: str = ""
    names: Sequence[str] = ()
    bytes: int = 0
    seconds: float = 0.0
    expires: datetime | None = None
    problem: str | None = None


def download(journeys: Sequence[Journey], client: Client) -> Download:
    """The originals of ready assets, as many of the small ones as MOST_BYTES allows."""
    chosen = _chosen(journeys)
    try:
        began = time.monotonic()
        state = _until_made(client.download([one.asset["id"] for one in chosen]), client)
        seconds = time.monotonic() - began
        content = fetched(client.http, state["url"]).content
        names = _checked(content, [one.upload.path for one in chosen])
    except (Refused, Wrong, httpx.HTTPError, BadZipFile) as error:
        return Download(problem=f"The zip: {error}")
    expires = datetime.fromisoformat(state["expiresAt"]).astimezone()
    return Download(state["url"], names, len(content), seconds, expires)


def _chosen(journeys: Sequence[Journey]) -> list[Journey]:
    """In the order in which they were uploaded."""
    total, small = 0, set[str]()
    for journey in sorted(journeys, key=lambda one: one.size):
        total += journey.size
        if small and total > MOST_BYTES:
            break
        small.add(journey.asset["id"])
    return [one for one in journeys if one.asset["id"] in small]


def _until_made(state: Mapping[str, Any], client: Client) -> Mapping[str, Any]:
    """Raises Wrong."""
    deadline = time.monotonic() + PATIENCE
    while state["status"] not in {"ready", "failed"} and time.monotonic() < deadline:
        time.sleep(ASK_EVERY)
        state = client.downloaded(state["id"])
    if state["status"] != "ready":
        why = (state.get("error") or {}).get("message", f"without news for {PATIENCE:.0f} s")
        raise Wrong(f"is {state['status']}, {why}")
    return state


def _checked(content: bytes, uploaded: Sequence[Path]) -> list[str]:
    """The names in the zip. Raises Wrong where it doesn't hold what was uploaded."""
    with ZipFile(BytesIO(content)) as archive:
        if damaged := archive.testzip():
            raise Wrong(f"is damaged at {damaged}")
        held = archive.infolist()
    if [entry.CRC for entry in held] != [zlib.crc32(path.read_bytes()) for path in uploaded]:
        raise Wrong("does not hold what was uploaded")
    return [entry.filename for entry in held]
