"""Secrets of Secrets Manager."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.remembered import Remembered

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_SECONDS = 300
"""After this a warm function reads a secret anew, and so picks up its successor."""


class Secret:
    """The text of one secret, by its name or ARN."""

    def __init__(
        self,
        secret_id: str,
        *,
        client: Callable[[], SecretsManagerClient] = clients.secretsmanager,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._id, self._client = secret_id, client
        self._known: Remembered[str] = Remembered(KEPT_SECONDS, monotonic)

    def text(self) -> str | None:
        """None while nobody has stored any."""
        return self._known.get(self._id, self._stored)

    def _stored(self) -> str | None:
        try:
            return self._client().get_secret_value(SecretId=self._id).get("SecretString")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
