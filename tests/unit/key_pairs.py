"""Key pairs of CloudFront's two kinds, as PEM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@dataclass(frozen=True)
class KeyPair:
    private: str
    public: str


@cache
def rsa_pair(number: int = 0) -> KeyPair:
    """The same for the same number."""
    return _pair(rsa.generate_private_key(65537, 2048), PrivateFormat.TraditionalOpenSSL)


@cache
def ecdsa_pair() -> KeyPair:
    return _pair(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8)


def _pair(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat) -> KeyPair:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(key.private_bytes(Encoding.PEM, form, NoEncryption()).decode(), public.decode())
