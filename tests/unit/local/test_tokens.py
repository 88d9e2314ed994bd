"""Signing in at the embedded cloud, and the password of its development user."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import httpx
import pytest

from local.auth import password_of
from local.tokens import Session, TokenRequest

REQUEST = TokenRequest.for_user("http://identity.test", "client", "me@example.com", "it's-aA1")


def identity(request: httpx.Request, answered: list[int]) -> httpx.Response:
    """Another token each time."""
    answered.append(len(request.content))
    return httpx.Response(200, json={"AuthenticationResult": {"AccessToken": f"t{len(answered)}"}})


def test_a_token_is_used_until_it_is_nearly_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now, answered = [0.0], list[int]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    transport = httpx.MockTransport(lambda request: identity(request, answered))
    with httpx.Client(transport=transport) as http:
        session = Session(REQUEST, http)
        assert session.headers == session.headers == {"authorization": "Bearer t1"}
        now[0] = 49 * 60
        assert session.token == "t1"
        now[0] = 51 * 60
        assert session.token == "t2"


def test_a_refused_sign_in_is_an_error() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(400, json={}))
    with httpx.Client(transport=transport) as http, pytest.raises(httpx.HTTPStatusError):
        REQUEST.send(http)


def test_the_line_for_a_shell_survives_any_password() -> None:
    """Said in place of sent."""
    said = REQUEST.curl.replace("curl -s", "printf '%s\\n'", 1).partition(" | ")[0]
    printed = subprocess.check_output(["bash", "-c", said], text=True)
    assert "it's-aA1" in printed


def test_each_state_has_a_password_of_its_own_that_others_can_not_read(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert password_of(one) == password_of(one)
    assert password_of(one) != password_of(other)
    assert (one / "password").stat().st_mode & 0o077 == 0
