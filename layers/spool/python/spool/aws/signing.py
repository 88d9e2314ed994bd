"""Policies as CloudFront's trusted key groups take them, signed and verified.

Source: "Create a signed URL using a custom policy" in the CloudFront Developer Guide. Its default
is SHA-1; SHA-256 is the strongest that it takes, and the only one here.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from botocore.signers import CloudFrontSigner

from spool.errors import Forbidden, Misconfigured
from spool.services.access import Policy

_ENCODED = re.compile(r"[A-Za-z0-9~_-]{1,4096}")
_URL_SAFE = bytes.maketrans(b"-_~", b"+=/")
_PARAMETERS = ("Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
_HASH = {"Hash-Algorithm": "SHA256"}
_TO_DO = (
    "Nothing can be signed yet: an operator has to store a private key (PEM) whose public half is "
    "in the setting privatePublicKeys, in the secret that the output SigningKeySecret names."
)


@dataclass(frozen=True, kw_only=True)
class CloudFrontPolicies:
    """Implements `access.Policies`. `public_keys` are PEMs by CloudFront's ids of them, and
    `private_key` is the PEM of one's other half, or None."""

    public_keys: Mapping[str, str]
    private_key: Callable[[], str | None]

    def signed(self, policy: Policy) -> Mapping[str, str]:
        # 40 ms of cold start that a refusal does without.
        from spool.aws.key_pairs import NoKey, key_id, sign  # noqa: PLC0415

        try:
            pem = self.private_key() or ""
            signing_key = key_id(pem, self.public_keys)
        except NoKey as error:
            raise Misconfigured(_TO_DO) from error
        if signing_key is None:
            raise Misconfigured(_TO_DO)
        signer = CloudFrontSigner(signing_key, partial(sign, pem))
        text = signer.build_policy(policy.resource, policy.expires)
        query = signer.generate_presigned_url("", policy=text).removeprefix("?")
        return {**dict(pair.split("=") for pair in query.split("&")), **_HASH}

    def verified(self, query: Mapping[str, str]) -> tuple[Policy, Mapping[str, str]]:
        from spool.aws.key_pairs import is_signed  # noqa: PLC0415

        lower = {name.lower(): value for name, value in query.items()}
        given = {name: lower.get(name.lower(), "") for name in _PARAMETERS}
        policy, signature = _decoded(given["Policy"]), _decoded(given["Signature"])
        pem = self.public_keys.get(given["Key-Pair-Id"])
        if (
            pem is None
            or given["Hash-Algorithm"] != _HASH["Hash-Algorithm"]
            or not is_signed(pem, signature, policy)
        ):
            raise Forbidden("The signature is missing, or is none of ours.")
        return _parsed(policy), given


def _decoded(text: str) -> bytes:
    """Base64 with the characters that a URL does not take replaced as CloudFront has it."""
    if not _ENCODED.fullmatch(text):
        raise Forbidden("The policy or its signature is missing, or is not encoded as it must be.")
    try:
        return base64.b64decode(text.encode().translate(_URL_SAFE), validate=True)
    except binascii.Error as error:
        raise Forbidden("The policy or its signature is no Base64.") from error


def _parsed(text: bytes) -> Policy:
    """A condition that is not understood opens nothing."""
    try:
        [statement] = json.loads(text)["Statement"]
        condition = statement["Condition"]
        seconds = int(condition.pop("DateLessThan")["AWS:EpochTime"])
        policy = Policy(str(statement["Resource"]), datetime.fromtimestamp(seconds, UTC))
    except (AttributeError, KeyError, OSError, OverflowError, TypeError, ValueError) as error:
        raise Forbidden("The policy is malformed.") from error
    if condition:
        raise Forbidden("The policy has conditions that can't be checked here.")
    return policy
