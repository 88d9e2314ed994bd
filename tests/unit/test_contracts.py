"""The import contracts name each function: one that they forgot would be held to nothing."""

from __future__ import annotations

import tomllib

from stacks import ROOT

FUNCTIONS = {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_every_function_is_checked() -> None:
    assert set(LINTER["root_packages"]) >= FUNCTIONS


def test_every_contract_of_functions_is_of_all_of_them() -> None:
    lists = [
        set(contract[key])
        for contract in LINTER["contracts"]
        for key in ("source_modules", "forbidden_modules", "modules")
        if FUNCTIONS & set(contract.get(key, []))
    ]

    assert len(lists) == 4
    assert all(listed >= FUNCTIONS for listed in lists)
