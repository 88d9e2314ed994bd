"""Secrets of Secrets Manager."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from spool.aws import clients

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
        self._id, self._client, self._monotonic = secret_id, client, monotonic
        self._read: tuple[float, str] | None = None

    def text(self) -> str | None:
        """None while nobody has stored any."""
        now = self._monotonic()
        if self._read is not None and now - self._read[0] < KEPT_SECONDS:
            return self._read[1]
        text = self._stored()
        self._read = None if text is None else (now, text)
        return text

    def _stored(self) -> str | None:
        try:
            return self._client().get_secret_value(SecretId=self._id).get("SecretString")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
