from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from local.settings import NODE
from spool.aws.signing import CloudFrontPolicies
from spool.errors import Forbidden, Misconfigured
from spool.services.access import Policy
from tests.unit.key_pairs import KeyPair, ecdsa_pair, rsa_pair

POLICY = Policy("https://cdn.example/p/renditions/o/p/m/*", datetime(2026, 1, 1, tzinfo=UTC))
VERIFY = """
const [policy, signature] = process.argv.slice(1, 3).map(text => Buffer.from(text, "hex"));
console.log(require("crypto").verify("sha256", policy, process.argv[3], signature));
"""
PAIRS = {"rsa": rsa_pair, "ecdsa": ecdsa_pair}


def policies(pair: KeyPair | None = None, **public_keys: str) -> CloudFrontPolicies:
    pair = pair or rsa_pair()
    return CloudFrontPolicies(
        public_keys=public_keys or {"KOTHER": rsa_pair(1).public, "KOURS": pair.public},
        private_key=lambda: pair.private,
    )


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def decoded(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


def forged(statement: Any, digest: SHA1 | SHA256 | None = None) -> dict[str, str]:
    """A query with any text, signed by our key."""
    text = json.dumps(statement).encode() if not isinstance(statement, bytes) else statement
    key = load_pem_private_key(rsa_pair().private.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    signature = key.sign(text, PKCS1v15(), digest or SHA256())
    return {
        "Policy": encoded(text),
        "Signature": encoded(signature),
        "Key-Pair-Id": "KOURS",
        "Hash-Algorithm": "SHA256",
    }


@pytest.mark.parametrize("kind", PAIRS)
def test_others_verify_what_is_signed(kind: str) -> None:
    pair = PAIRS[kind]()
    parameters = policies(pair).signed(POLICY)
    texts = [decoded(parameters[name]).hex() for name in ("Policy", "Signature")]

    done = subprocess.run(
        [NODE, "-e", VERIFY, *texts, pair.public], capture_output=True, text=True, check=True
    )

    assert done.stdout == "true\n"
    assert parameters["Key-Pair-Id"] == "KOURS"
    assert parameters["Hash-Algorithm"] == "SHA256"


def test_a_policy_says_what_is_open_until_when_and_nothing_else() -> None:
    assert json.loads(decoded(policies().signed(POLICY)["Policy"])) == {
        "Statement": [
            {
                "Resource": "https://cdn.example/p/renditions/o/p/m/*",
                "Condition": {"DateLessThan": {"AWS:EpochTime": 1767225600}},
            }
        ]
    }


@pytest.mark.parametrize("kind", PAIRS)
def test_what_is_signed_is_verified_whatever_the_names_case(kind: str) -> None:
    ours = policies(PAIRS[kind]())
    signed = ours.signed(POLICY)

    assert ours.verified(signed) == (POLICY, signed)
    assert ours.verified({name.lower(): value for name, value in signed.items()}) == (
        POLICY,
        signed,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"Policy": ""},
        {"Signature": ""},
        {"Key-Pair-Id": ""},
        {"Hash-Algorithm": ""},
        {"Hash-Algorithm": "SHA1"},
        {"Key-Pair-Id": "KOTHER"},
        {"Key-Pair-Id": "KNONE"},
        {"Signature": "abc"},
        {"Signature": 'AAAA"'},
        {"Signature": "AAAA\n"},
        {"Policy": "A" * 5000},
        {"Policy": "é"},
        {"Policy": encoded(b'{"Statement":[{"Resource":"*"}]}')},
    ],
)
def test_a_changed_query_is_forbidden(change: Mapping[str, str]) -> None:
    ours = policies()

    with pytest.raises(Forbidden):
        ours.verified({**ours.signed(POLICY), **change})


@given(st.data())
def test_a_policy_of_which_one_character_changed_is_forbidden(data: st.DataObject) -> None:
    ours = policies()
    signed = dict(ours.signed(POLICY))
    name = data.draw(st.sampled_from(["Policy", "Signature"]))
    place = data.draw(st.integers(0, len(signed[name]) - 5))  # the last bits may be padding
    other = data.draw(st.sampled_from("AbZ09-~").filter(lambda c: c != signed[name][place]))
    signed[name] = signed[name][:place] + other + signed[name][place + 1 :]

    with pytest.raises(Forbidden):
        ours.verified(signed)


@given(st.dictionaries(st.sampled_from(["policy", "Signature", "key-pair-id", "x"]), st.text()))
def test_any_query_is_forbidden(query: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        policies().verified({"hash-algorithm": "SHA256", "key-pair-id": "KOURS", **query})


TIME = {"DateLessThan": {"AWS:EpochTime": 1767225600}}


@pytest.mark.parametrize(
    "statement",
    [
        b"{",
        b"\xff",
        [],
        {"Statement": []},
        {"Statement": [{"Condition": TIME}]},
        {"Statement": [{"Resource": "*", "Condition": {}}]},
        {"Statement": [{"Resource": "*", "Condition": TIME}, {"Resource": "*", "Condition": TIME}]},
        {"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": 1e30}}}]},
        {"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": "x"}}}]},
        {"Statement": [{"Resource": "*", "Condition": {**TIME, "IpAddress": {}}}]},
        {"Statement": [{"Resource": "*", "Condition": {**TIME, "DateGreaterThan": {}}}]},
    ],
)
def test_a_condition_that_is_not_understood_opens_nothing(statement: Any) -> None:
    with pytest.raises(Forbidden):
        policies().verified(forged(statement))


def test_sha1_is_not_enough() -> None:
    statement = {"Statement": [{"Resource": "*", "Condition": TIME}]}
    assert policies().verified(forged(statement))[0].resource == "*"

    with pytest.raises(Forbidden):
        policies().verified(forged(statement, SHA1()))  # noqa: S303


def test_keys_are_rotated_without_a_break() -> None:
    """Both public keys are trusted first; then the secret changes; then the old one goes."""
    old, new = rsa_pair(), rsa_pair(2)
    both = {"KOLD": old.public, "KNEW": new.public}
    before, after = policies(old, **both), policies(new, **both)
    granted = before.signed(POLICY)

    assert granted["Key-Pair-Id"] == "KOLD"
    assert after.signed(POLICY)["Key-Pair-Id"] == "KNEW"
    assert after.verified(granted)[0] == POLICY
    with pytest.raises(Forbidden):
        policies(new, KNEW=new.public).verified(granted)


@pytest.mark.parametrize("stored", [None, "", "secret", rsa_pair().public, rsa_pair(3).private])
def test_without_a_key_of_ours_an_operator_is_told_what_to_do(stored: str | None) -> None:
    ours = CloudFrontPolicies(public_keys={"K": rsa_pair().public}, private_key=lambda: stored)

    with pytest.raises(Misconfigured, match="store a private key"):
        ours.signed(POLICY)
