from __future__ import annotations

from spool.quotas import Limits
from spool.services.usage import REMEMBERED, Quotas
from tests.unit.services.fakes import MemoryCatalogue

DEFAULT, OWN = Limits(bytes=1, assets=1), Limits(bytes=2, assets=2)


def test_new_limits_hold_within_a_minute() -> None:
    moments = iter([1.0, REMEMBERED, REMEMBERED + 1])
    ledger = MemoryCatalogue()
    quotas = Quotas(ledger=ledger, default=DEFAULT, monotonic=moments.__next__)
    assert quotas.of("org") == DEFAULT

    ledger.own_limits["org"] = OWN

    assert [quotas.of("org"), quotas.of("org")] == [DEFAULT, OWN]
