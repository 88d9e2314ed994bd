"""Who may use the embedded cloud's API: a person and a program, both of the organisation `default`.

Each state has a password of its own, which is in no repository.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.tokens import TokenRequest

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient

ORGANISATION = "default"
USERNAME = "developer@example.com"
MACHINE = "backend"
PASSWORD = "password"  # noqa: S105  the file's name


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
