from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from local.deploy.private_content import SigningKey


def store(key: SigningKey, secrets: Any) -> None:
    key.store(secrets, "arn")


class StandInSecrets:
    """One secret, without a value at first."""

    def __init__(self, *, refusal: str = "ResourceNotFoundException") -> None:
        self.versions: list[str] = []
        self.refusal = refusal

    def get_secret_value(self, **_: str) -> dict[str, Any]:
        if not self.versions:
            raise ClientError({"Error": {"Code": self.refusal}}, "GetSecretValue")
        return {"SecretString": self.versions[-1]}

    def put_secret_value(self, **request: str) -> None:
        self.versions.append(request["SecretString"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state") / "deeper" / "key.pem"


@pytest.fixture(scope="module")
def key(path: Path) -> SigningKey:
    return SigningKey.of_this_checkout(path)


def test_what_the_private_key_signs_the_public_key_verifies(key: SigningKey) -> None:
    private = load_pem_private_key(key.private_pem.encode(), None)
    public = load_pem_public_key(key.public_pem.encode())
    assert isinstance(private, RSAPrivateKey)
    assert isinstance(public, RSAPublicKey)

    public.verify(private.sign(b"policy", PKCS1v15(), SHA256()), b"policy", PKCS1v15(), SHA256())

    assert public.key_size == 2048
    assert key.public_pem.startswith("-----BEGIN PUBLIC KEY-----\n")


def test_the_key_is_kept_for_its_owner_only(path: Path, key: SigningKey) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key.pem"]
    assert SigningKey.of_this_checkout(path).private_pem == key.private_pem


def test_clouds_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(SigningKey.of_this_checkout, [tmp_path / "key.pem"] * 4))

    assert len({key.public_pem for key in keys}) == 1


def test_the_secret_is_filled_once(key: SigningKey) -> None:
    secrets = StandInSecrets()

    store(key, secrets)
    store(key, secrets)

    assert secrets.versions == [key.private_pem]


def test_another_key_in_the_secret_is_replaced(key: SigningKey) -> None:
    secrets = StandInSecrets()
    secrets.versions.append("an earlier checkout's")

    store(key, secrets)

    assert secrets.versions[-1] == key.private_pem


def test_a_secret_that_may_not_be_read_is_no_empty_one(key: SigningKey) -> None:
    secrets = StandInSecrets(refusal="AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        store(key, secrets)

    assert secrets.versions == []
