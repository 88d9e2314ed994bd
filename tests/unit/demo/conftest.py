"""The client under test, before the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.demo.client import Client
from tests.unit.demo.stand_in import API, StandIn


@pytest.fixture
def spool() -> StandIn:
    return StandIn()


@pytest.fixture
def http(spool: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.MockTransport(spool.handle)) as client:
        yield client


@pytest.fixture
def client(http: httpx.Client) -> Client:
    return Client(http, API)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" + bytes(500))
    return path
