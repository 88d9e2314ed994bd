"""The keys of CloudFront's signers, RSA 2048 or ECDSA P-256: what they sign, with SHA-256."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey
PublicKey = RSAPublicKey | EllipticCurvePublicKey


class NoKey(ValueError):
    """A text that is no PEM of a key that CloudFront knows."""


def key_id(private_pem: str, public_pems: Mapping[str, str]) -> str | None:
    """The id of the public half, if that is there. Raises NoKey."""
    public = _private_key(private_pem).public_key()
    return next((name for name, pem in public_pems.items() if _public_key(pem) == public), None)


def sign(private_pem: str, message: bytes) -> bytes:
    """Raises NoKey."""
    key = _private_key(private_pem)
    if isinstance(key, RSAPrivateKey):
        return key.sign(message, PKCS1v15(), SHA256())
    return key.sign(message, ECDSA(SHA256()))


def is_signed(public_pem: str, signature: bytes, message: bytes) -> bool:
    """Verification works on what everybody may know: how long it takes tells nothing."""
    key = _public_key(public_pem)
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, message, PKCS1v15(), SHA256())
        else:
            key.verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1)  # reading an RSA key takes as long as to sign with it many times
def _private_key(pem: str) -> PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise NoKey("It is no private key, or one with a password.") from error
    if not isinstance(key, PrivateKey):
        raise NoKey("It is neither an RSA nor an ECDSA key.")
    return key


@lru_cache(maxsize=2)
def _public_key(pem: str) -> PublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, PublicKey):
        raise NoKey("It is neither an RSA nor an ECDSA key.")
    return key
