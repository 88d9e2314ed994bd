"""How to sign in at the embedded cloud, and who has done so."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

LASTS = 50 * 60.0  # seconds for which a token is used; it lasts an hour
_FIELD = "AuthenticationResult.AccessToken"
_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
}
_PICK = r"""sed -E 's/.*"AccessToken": *"([^"]+)".*/\1/'"""


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """One HTTP request whose JSON answer has an access token at `field`, a path with dots."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    field: str

    @classmethod
    def for_user(cls, emulator_url: str, client_id: str, username: str, password: str) -> Self:
        body = {
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": client_id,
            "AuthParameters": {"USERNAME": username, "PASSWORD": password},
        }
        return cls(
            method="POST",
            url=f"{emulator_url}/",
            headers=_HEADERS,
            body=json.dumps(body),
            field=_FIELD,
        )

    @property
    def curl(self) -> str:
        """A line for a shell that prints a token."""
        headers = " ".join(f"-H {shlex.quote(f'{k}: {v}')}" for k, v in self.headers.items())
        return f"curl -s {headers} -d {shlex.quote(self.body)} {self.url} | {_PICK}"

    def send(self, http: httpx.Client | None = None) -> str:
        """The token. Raises httpx.HTTPError."""
        request = http.request if http else httpx.request
        answer = request(self.method, self.url, headers=self.headers, content=self.body)
        value: Any = answer.raise_for_status().json()
        for name in self.field.split("."):
            value = value[name]
        return str(value)


class Session:
    """Signs in by `request` when a token is first wanted, and again before it is too old."""

    def __init__(self, request: TokenRequest, http: httpx.Client | None = None) -> None:
        self._request, self._http = request, http
        self._token, self._since = "", -LASTS

    @property
    def token(self) -> str:
        """Raises httpx.HTTPError."""
        if time.monotonic() - self._since >= LASTS:
            self._token, self._since = self._request.send(self._http), time.monotonic()
        return self._token

    @property
    def headers(self) -> dict[str, str]:
        """For the API, and for nothing else: whoever has the token is who signed in."""
        return {"authorization": f"Bearer {self.token}"}
