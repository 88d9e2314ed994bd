from __future__ import annotations

import importlib
from dataclasses import fields
from pathlib import Path

from bench import cold_start
from spool.settings import Settings

LAMBDAS = sorted(
    path.parent.name for path in Path(__file__).parents[2].glob("lambdas/*/settings.py")
)


def test_the_cold_start_of_every_function_is_measured_with_its_settings() -> None:
    """A function that can't start in `make bench` would end it after minutes."""
    assert sorted(cold_start.FUNCTIONS) == LAMBDAS
    for name in LAMBDAS:
        module = importlib.import_module(f"{name}.settings")
        (settings,) = (
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Settings)
            and value.__module__ == module.__name__
        )
        assert {field.name.upper() for field in fields(settings)} <= cold_start.ENVIRONMENT.keys()
        settings.from_environment(cold_start.ENVIRONMENT)
