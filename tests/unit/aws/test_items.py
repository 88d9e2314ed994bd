from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spool.aws.items import from_item, to_item

EXACT = 2**53  # above it a float that is whole comes back as another int
numbers = st.integers(-(10**37), 10**37) | st.floats(-EXACT, EXACT, allow_subnormal=False).map(
    lambda x: x if abs(x) > 1e-100 else 0.0  # DynamoDB ends at 1e-130
)
plain = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=15,
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1), plain))
def test_values_come_back_as_they_were(record: dict[str, Any]) -> None:
    assert from_item(to_item(record)) == record


@given(st.floats())
def test_no_float_is_refused(value: float) -> None:
    back = from_item(to_item({"exif": {"FNumber": value}}))["exif"]["FNumber"]

    assert float(back) == value or (math.isnan(value) and back == "nan")


def test_whole_numbers_are_int_and_others_float() -> None:
    back = from_item({"a": {"N": "3"}, "b": {"N": "0.1"}, "c": {"L": [{"N": "2.0"}]}})

    assert back == {"a": 3, "b": 0.1, "c": [2]}
    assert [type(back["a"]), type(back["b"]), type(back["c"][0])] == [int, float, int]
