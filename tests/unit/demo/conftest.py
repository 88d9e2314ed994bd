"""The client under test, before the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.demo import live
from local.demo.client import Client
from local.tokens import Session, TokenRequest
from tests.unit.demo.stand_in import API, AUTH, StandIn


@pytest.fixture
def spool(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr(live, "connect", stand_in.wire.connect)
    monkeypatch.setattr(live, "PAUSES", (0.001,))
    return stand_in


@pytest.fixture
def http(spool: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.MockTransport(spool.handle)) as client:
        yield client


@pytest.fixture
def client(http: httpx.Client) -> Client:
    return Client(http, API, Session(TokenRequest(**AUTH["token"]), http))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" + bytes(500))
    return path
