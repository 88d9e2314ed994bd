from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.settings import MissingSetting, Settings


@dataclass(frozen=True, kw_only=True)
class Example(Settings):
    table_name: str
    limit: int
    strict: bool
    names: tuple[str, ...]
    sizes: tuple[int, ...]


NAMES = st.text(st.characters(exclude_characters=","), min_size=1)
EXAMPLE = Example(table_name="t", limit=3, strict=True, names=("a", "b"), sizes=(1, 2))


@given(
    st.builds(
        Example,
        table_name=st.text(),
        limit=st.integers(),
        strict=st.booleans(),
        names=st.lists(NAMES).map(tuple),
        sizes=st.lists(st.integers()).map(tuple),
    )
)
def test_what_the_stack_built_the_handler_reads(example: Example) -> None:
    assert Example.from_environment(example.to_environment()) == example


def test_the_environment_is_the_processes_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in EXAMPLE.to_environment().items():
        monkeypatch.setenv(name, value)

    assert Example.from_environment().limit == 3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"TABLE_NAME": None}, "TABLE_NAME"),
        ({"LIMIT": "many"}, "LIMIT"),
        ({"LIMIT": None}, "LIMIT"),
        ({"STRICT": "1"}, "STRICT is not true or false"),
        ({"SIZES": "1,many"}, "SIZES is not whole numbers"),
    ],
)
def test_a_missing_or_wrong_variable_is_named(change: dict[str, str | None], named: str) -> None:
    environment = {**EXAMPLE.to_environment(), **change}

    with pytest.raises(MissingSetting, match=named):
        Example.from_environment({k: v for k, v in environment.items() if v is not None})
