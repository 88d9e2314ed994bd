"""Signs as an application does: botocore's CloudFrontSigner with keys made here."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.edge.messages import parse_query
from local.edge.trusted_keys import PublicKey

HOST = "localhost:8080"
NOW = 1_800_000_000

Asked = dict[str, Any]  # keyword arguments of StandInEdge.ask


def policy(resource: str, *, before: int = NOW + 60, **conditions: Any) -> str:
    """A custom policy's text; conditions by their AWS names."""
    condition = {"DateLessThan": {"AWS:EpochTime": before}, **conditions}
    return json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]})


def asked(url: str, **more: Any) -> Asked:
    """A request for `url`, as the edge sees it."""
    parts = urlsplit(url)
    query = {"query": parse_query(parts.query), "raw_query": parts.query}
    return {"path": parts.path, **query, "host": parts.netloc, **more}


class Signer:
    def __init__(self, key_id: str = "K1", *, sha256: bool = False, elliptic: bool = False) -> None:
        self.key_id, self._hash = key_id, SHA256() if sha256 else SHA1()  # noqa: S303  # CloudFront's
        self._private = (
            ec.generate_private_key(ec.SECP256R1())
            if elliptic
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    @property
    def public(self) -> PublicKey:
        return self._private.public_key()

    @cached_property
    def pem(self) -> str:
        encoded = self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return encoded.decode()

    def sign(self, message: bytes) -> bytes:
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(message, PKCS1v15(), self._hash)
        return self._private.sign(message, ec.ECDSA(self._hash))

    def url(self, url: str, *, before: int = NOW + 60, custom: str | None = None) -> str:
        """`url` signed with a canned policy, or with the text of a custom one."""
        signer = CloudFrontSigner(self.key_id, self.sign)
        if custom is not None:
            return signer.generate_presigned_url(url, policy=custom)
        return signer.generate_presigned_url(
            url, date_less_than=datetime.fromtimestamp(before, UTC)
        )

    def cookies(self, custom: str) -> str:
        """The Cookie header of who was sent the three cookies of a custom policy."""
        values = {
            "Policy": url_safe(custom.encode()),
            "Signature": url_safe(self.sign(custom.encode())),
            "Key-Pair-Id": self.key_id,
        }
        return "; ".join(f"CloudFront-{name}={value}" for name, value in values.items())


def url_safe(data: bytes) -> str:
    return base64.b64encode(data).translate(bytes.maketrans(b"+=/", b"-_~")).decode()
