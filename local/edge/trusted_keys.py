"""Public keys of trusted key groups, and whether one of them made a signature.

Sources: "Specify signers that can create signed URLs and signed cookies" and "Create a signed URL
using a canned policy" (Hash-Algorithm) in the CloudFront Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PublicKey = RSAPublicKey | EllipticCurvePublicKey
TrustedKeys = Mapping[str, PublicKey]

HASHES = {"SHA1": SHA1, "SHA256": SHA256}
DEFAULT_HASH = "SHA1"


def read_trusted_keys(cloudfront: Any, groups: Iterable[str]) -> TrustedKeys:
    """The keys of `groups` by the ids that signers name in Key-Pair-Id. Raises ValueError."""
    ids = [
        key
        for group in groups
        for key in cloudfront.get_key_group_config(Id=group)["KeyGroupConfig"]["Items"]
    ]
    return {key: _parsed(cloudfront.get_public_key_config(Id=key)) for key in ids}


def _parsed(answer: Mapping[str, Any]) -> PublicKey:
    config = answer["PublicKeyConfig"]
    key = load_pem_public_key(config["EncodedKey"].encode())
    if not isinstance(key, PublicKey):
        raise ValueError(f"The public key {config['Name']} is neither RSA nor ECDSA.")  # noqa: TRY004  # a bad value
    return key


def is_signed_by(key: PublicKey, signature: bytes, message: bytes, algorithm: str) -> bool:
    """Whether `signature` is of `message`. Raises KeyError for an unknown `algorithm`."""
    digest = HASHES[algorithm]()
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, message, PKCS1v15(), digest)
        else:
            key.verify(signature, message, ECDSA(digest))
    except InvalidSignature:
        return False
    return True
