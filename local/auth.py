"""Who may use the embedded cloud's API: a person and a program, both of the organisation `default`.

Each state has a password of its own, which is in no repository.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient

ORGANISATION = "default"
USERNAME = "developer@example.com"
MACHINE = "backend"
PASSWORD = "password"  # noqa: S105  the file's name

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


class Directory:
    """People and programs of a deployed cloud, whose outputs by name are `outputs`."""

    def __init__(
        self,
        cognito: CognitoIdentityProviderClient,
        dynamodb: DynamoDBClient,
        outputs: Mapping[str, str],
        emulator_url: str,
    ) -> None:
        self._cognito, self._dynamodb = cognito, dynamodb
        self._outputs, self._emulator_url = outputs, emulator_url

    def furnish(self, state: Path) -> dict[str, Any]:
        """See that both are there; what `outputs.json` says of them."""
        password = password_of(state)
        subject = self.user(USERNAME, password)
        self.admit(subject, ORGANISATION, "admin", USERNAME)
        request = self.token_request(USERNAME, password)
        return {
            "type": "cognito",
            "userPoolId": self._outputs["UserPoolId"],
            "clientId": self._outputs["UserClientId"],
            "username": USERNAME,
            "password": password,
            "organisation": ORGANISATION,
            "token": dict(vars(request)),
            "machine": self._machine(),
            "curl": request.curl,
        }

    def user(self, username: str, password: str) -> str:
        """One who signs in by `password`, its subject; made where there is none."""
        pool = self._outputs["UserPoolId"]
        with suppress(self._cognito.exceptions.UsernameExistsException):
            self._cognito.admin_create_user(
                UserPoolId=pool,
                Username=username,
                UserAttributes=[
                    {"Name": "email", "Value": username},
                    {"Name": "email_verified", "Value": "true"},
                ],
                MessageAction="SUPPRESS",
            )
        self._cognito.admin_set_user_password(
            UserPoolId=pool, Username=username, Password=password, Permanent=True
        )
        user = self._cognito.admin_get_user(UserPoolId=pool, Username=username)
        return next(a["Value"] for a in user["UserAttributes"] if a["Name"] == "sub")

    def token_request(self, username: str, password: str) -> TokenRequest:
        client_id = self._outputs["UserClientId"]
        return TokenRequest.for_user(self._emulator_url, client_id, username, password)

    def _machine(self) -> dict[str, str] | None:
        """The program's credentials; None where the settings name none."""
        client_id = self._outputs.get(f"MachineClient{MACHINE.capitalize()}")
        if client_id is None:
            return None
        self.admit(client_id, ORGANISATION, "editor", MACHINE)
        described = self._cognito.describe_user_pool_client(
            UserPoolId=self._outputs["UserPoolId"], ClientId=client_id
        )["UserPoolClient"]
        return {
            "clientId": client_id,
            "clientSecret": described["ClientSecret"],
            "tokenUrl": f"{self._emulator_url}/oauth2/token",
            "scope": " ".join(described["AllowedOAuthScopes"]),
        }

    def admit(self, subject: str, organisation: str, role: str, name: str) -> None:
        """Make it a member, unless it is one by now. The item is what `spool.aws.members` reads."""
        item = {
            "pk": {"S": f"MEMBER#{subject}"},
            "sk": {"S": "MEMBER"},
            "orgId": {"S": organisation},
            "role": {"S": role},
            "name": {"S": name},
        }
        try:
            self._dynamodb.put_item(
                TableName=self._outputs["TableName"],
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def password_of(state: Path) -> str:
    """Made at the first start, and kept for its owner only."""
    path = state / PASSWORD
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{secrets.token_urlsafe(18)}-aA1")  # one of each that the pool wants
    return path.read_text()
