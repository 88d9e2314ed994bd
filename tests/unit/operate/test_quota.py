from __future__ import annotations

import pytest

from operate import quota
from spool.aws.ledger import DynamoLedger
from spool.quotas import Limits


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("100GiB", 100 << 30), ("1.5 TB", 1_500_000_000_000), ("0", 0)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert quota.read_bytes(text) == size


@pytest.mark.parametrize("text", ["", "-1", "ten", "5 XB", "1e9", "9999999TiB", "1,000"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(quota.BadQuota):
        quota.read_bytes(text)


def test_one_limit_changes_and_the_other_stays() -> None:
    assert quota.changed(Limits(bytes=5, assets=7), 6, None) == Limits(bytes=6, assets=7)
    with pytest.raises(quota.BadQuota):
        quota.changed(None, 6, None)
    with pytest.raises(quota.BadQuota):
        quota.changed(None, 6, -1)


def test_the_quota_says_what_is_held_and_may_be(table: str) -> None:
    ledger = DynamoLedger(table=table)
    assert list(quota.lines("acme", ledger))[2] == "  of at most as the setting orgBytesLimit says"

    ledger.set_limits("acme", Limits(bytes=1 << 30, assets=10))

    assert list(quota.lines("acme", ledger)) == [
        "acme holds 0 bytes",
        "  and reserves 0 for uploads on their way",
        "  of at most 1,073,741,824",
        "acme has 0 assets of at most 10",
    ]
