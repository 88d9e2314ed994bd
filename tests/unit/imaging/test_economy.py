"""When a small encode is made: the price of waiting never exceeds the price of the encode."""

from __future__ import annotations

from spool.imaging.economy import MEASURED, SMALL_AFTER, Encode, fetch_cost, small_cost
from spool.imaging.options import FORMATS


def test_every_format_has_its_number_of_fetches() -> None:
    assert set(SMALL_AFTER) == set(FORMATS)


def test_the_small_encode_is_made_when_the_quick_one_has_cost_as_much() -> None:
    for name, encode in MEASURED.items():
        paid = SMALL_AFTER[name] * fetch_cost(encode)
        assert paid >= small_cost(encode)
        assert paid - fetch_cost(encode) < small_cost(encode)


def test_slow_encodes_wait_longer_and_those_that_save_much_less_long() -> None:
    assert small_cost(Encode(2.0, 0)) > small_cost(Encode(1.0, 0))
    assert fetch_cost(Encode(1.0, 50_000)) > fetch_cost(Encode(1.0, 0))
