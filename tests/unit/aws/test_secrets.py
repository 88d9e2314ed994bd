from __future__ import annotations

from spool.aws import clients
from spool.aws.secrets import KEPT_SECONDS, Secret


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_secret_is_kept_and_its_successor_picked_up(aws: None) -> None:
    watch = Watch()
    arn = clients.secretsmanager().create_secret(Name="key", SecretString="old")["ARN"]
    secret = Secret(arn, monotonic=watch)
    assert secret.text() == "old"

    clients.secretsmanager().put_secret_value(SecretId=arn, SecretString="new")

    watch.now = KEPT_SECONDS - 1
    assert secret.text() == "old"
    watch.now = KEPT_SECONDS
    assert secret.text() == "new"


def test_a_secret_is_found_as_soon_as_someone_stores_it(aws: None) -> None:
    arn = clients.secretsmanager().create_secret(Name="key")["ARN"]
    secret = Secret(arn, monotonic=lambda: 0.0)
    assert secret.text() is None

    clients.secretsmanager().put_secret_value(SecretId=arn, SecretString="now")

    assert secret.text() == "now"


def test_a_secret_that_is_none_or_holds_bytes_has_no_text(aws: None) -> None:
    clients.secretsmanager().create_secret(Name="bytes", SecretBinary=b"\x00")

    assert Secret("bytes").text() is None
    assert Secret("unknown").text() is None
