"""The key pair that signs private content in the embedded cloud, as an operator would make one.

Requirements that CloudFront has of it:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.settings import STATE

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

BITS = 2048
EXPONENT = 65537

# One of every cloud of this checkout: another public key is another synthesis.
KEY = STATE / "private-content.pem"


class SigningKey:
    """`private_pem` (PKCS #8) and `public_pem`, each with its line end."""

    def __init__(self, private_pem: str) -> None:
        self.private_pem = private_pem
        key = serialization.load_pem_private_key(private_pem.encode(), password=None)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_pem = public.decode()

    @classmethod
    def of_this_checkout(cls, path: Path = KEY) -> Self:
        """Made at the first start, and kept."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _keep(path, _generated())
        return cls(path.read_text())

    def store(self, secrets: SecretsManagerClient, secret_id: str) -> None:
        """The private key becomes the secret's value, unless it is already."""
        if _value(secrets, secret_id) != self.private_pem:
            secrets.put_secret_value(SecretId=secret_id, SecretString=self.private_pem)


def _generated() -> bytes:
    return rsa.generate_private_key(EXPONENT, BITS).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _keep(path: Path, content: bytes) -> None:
    """Whole or not at all, for its owner only; of two clouds that start at once, one makes it."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    with suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()


def _value(secrets: SecretsManagerClient, secret_id: str) -> str | None:
    try:
        return secrets.get_secret_value(SecretId=secret_id)["SecretString"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
