"""Remove any one action from a function's role, and something that its callers see breaks.

`make test` tries a dozen, drawn by the commit's hash; `make mutate` all of them. What a role grants
to services that act under it (logs, X-Ray, event sources) the emulator doesn't check: those
statements are mutated by policy evaluation, in tests/infrastructure/test_service_edges.py.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

from local.cloud import Cloud
from tests.integration import scenarios
from tests.integration.frontend import Frontend
from tests.integration.mutants import Mutant, applied, mutants
from tests.integration.news import Newsreader
from tests.integration.queues import WorkQueues

DRAWN = 12
ERRORS_ARE_CACHED = 1.1  # seconds: else the edge would answer for the mutant before
Scenarios = Mapping[str, list[scenarios.Scenario]]


def drawn(every: list[Mutant]) -> list[Mutant]:
    if os.environ.get("MUTATE") == "all":
        return every
    git = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout
    return random.Random(commit).sample(every, DRAWN)


@pytest.fixture(scope="module")
def stories(cloud: Cloud, frontend: Frontend, newsreader: Newsreader) -> Iterator[Scenarios]:
    """What a mutant refuses doesn't come again: the queues' functions are called by the stories."""
    found = scenarios.of(cloud, frontend, newsreader)
    queues = WorkQueues(
        cloud,
        "deliver_webhook",
        "fan_out_webhooks",
        "on_object_deleted",
        "optimize_variant",
        "push_live",
        "reconcile_delivery",
        "record_jobs",
        "reprocess_assets",
        "zip_download",
    )
    with queues.kept():
        yield found


def test_the_scenarios_pass_with_the_roles_as_shipped(stories: Scenarios) -> None:
    for scenario in {scenario for found in stories.values() for scenario in found}:
        scenario()


def test_no_action_can_be_removed_unnoticed(cloud: Cloud, stories: Scenarios) -> None:
    every = list(mutants(cloud))
    assert len(every) > DRAWN

    survivors = []
    for mutant in drawn(every):
        start = time.monotonic()
        time.sleep(ERRORS_ARE_CACHED)
        with applied(mutant, cloud):
            noticed = any(fails(scenario) for scenario in killers(mutant, stories))
        verdict = "noticed" if noticed else "survived"
        print(f"{verdict} {time.monotonic() - start:4.1f} s  {mutant}")  # noqa: T201  # make mutate shows it
        if not noticed:
            survivors.append(str(mutant))
    print("survivors:", ", ".join(survivors) or "none")  # noqa: T201

    assert survivors == []


def killers(mutant: Mutant, stories: Scenarios) -> list[scenarios.Scenario]:
    """Those of the mutant's function, the likeliest first."""
    (function,) = (name for name in stories if name in mutant.role.lower())
    likeliest = stories.get(f"p/{function}", []) if mutant.private else []
    return [*likeliest, *stories[function]]


def fails(scenario: Callable[[], None]) -> bool:
    try:
        scenario()
    except AssertionError:
        return True
    return False
