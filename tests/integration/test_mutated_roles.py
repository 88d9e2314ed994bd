"""Remove any one action from a function's role, and something a user would see breaks.

`make test` tries a dozen, drawn by the commit's hash; `make mutate` all of them. What a role grants
to services that act under it (logs, X-Ray, event sources) the emulator doesn't check: those
statements are mutated by policy evaluation, in tests/infrastructure/test_service_edges.py.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local.cloud import Cloud
from tests.integration import scenarios
from tests.integration.frontend import Frontend
from tests.integration.intake import Intake
from tests.integration.news import Newsreader

DRAWN = 12
SERVICE_ACTIONS = frozenset(
    {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    }
)
"""What services do under a function's role, not its code."""


@dataclass(frozen=True)
class Mutant:
    """`role` without `action`, which the statement `index` of its inline policy allows."""

    role: str
    policy: str
    document: Mapping[str, Any]
    index: int
    action: str

    @property
    def statement(self) -> Mapping[str, Any]:
        return dict(self.document["Statement"][self.index])

    def __str__(self) -> str:
        return f"{self.role}: {self.action} on {self.statement['Resource']}"

    @property
    def shorter(self) -> str:
        left = [action for action in actions(self.statement) if action != self.action]
        changed = [{**self.statement, "Action": left}] if left else []
        statements = list(self.document["Statement"])
        statements[self.index : self.index + 1] = changed
        return json.dumps({**self.document, "Statement": statements})


def actions(statement: Mapping[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else list(action)


def mutants(cloud: Cloud) -> Iterator[Mutant]:
    """Every statement that a function's own code uses, or a transcoding job."""
    iam = cloud.client("iam")
    functions = cloud.client("lambda").list_functions()["Functions"]
    named = {function["Role"].rpartition("/")[2] for function in functions}
    roles = (role["RoleName"] for role in iam.list_roles()["Roles"])
    for role in sorted(named | {role for role in roles if "VideoTranscoding" in role}):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            document = json.loads(found) if isinstance(found, str) else found
            for index, statement in enumerate(document["Statement"]):
                for action in actions(statement):
                    mutant = Mutant(role, policy, document, index, action)
                    if action not in SERVICE_ACTIONS and not _of_stream_failures(mutant):
                        yield mutant


def _of_stream_failures(mutant: Mutant) -> bool:
    """The event source, not the function, stores what it could not deliver."""
    return "notifystatus" in mutant.role.lower() and mutant.action.startswith("s3:")


def drawn(every: list[Mutant]) -> list[Mutant]:
    if os.environ.get("MUTATE") == "all":
        return every
    git = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout
    return random.Random(commit).sample(every, DRAWN)


@contextmanager
def applied(mutant: Mutant, cloud: Cloud) -> Iterator[None]:
    iam = cloud.client("iam")
    where = {"RoleName": mutant.role, "PolicyName": mutant.policy}
    iam.put_role_policy(**where, PolicyDocument=mutant.shorter)
    try:
        yield
    finally:
        iam.put_role_policy(**where, PolicyDocument=json.dumps(mutant.document))


@pytest.fixture(scope="module")
def killers(
    cloud: Cloud, frontend: Frontend, newsreader: Newsreader
) -> Callable[[Mutant], list[Callable[[], None]]]:
    every = scenarios.of(cloud, frontend, newsreader)

    def for_mutant(mutant: Mutant) -> list[Callable[[], None]]:
        name = mutant.role.lower()
        return next(found for function, found in every.items() if function in name)

    return for_mutant


def test_the_scenarios_pass_with_the_roles_as_shipped(
    cloud: Cloud, frontend: Frontend, newsreader: Newsreader
) -> None:
    for each in {s for found in scenarios.of(cloud, frontend, newsreader).values() for s in found}:
        each()


def test_no_action_can_be_removed_unnoticed(
    cloud: Cloud, killers: Callable[[Mutant], list[Callable[[], None]]]
) -> None:
    every = list(mutants(cloud))
    assert len(every) > DRAWN

    survivors = []
    intake = Intake(cloud)
    with intake.impatient():  # what a mutant refuses comes again soon, and not in other tests
        for mutant in drawn(every):
            with applied(mutant, cloud):
                noticed = any(fails(scenario) for scenario in killers(mutant))
            print("noticed" if noticed else "survived", mutant)  # noqa: T201  # make mutate shows it
            if not noticed:
                survivors.append(str(mutant))
        intake.drain()
    print("survivors:", ", ".join(survivors) or "none")  # noqa: T201

    assert survivors == []


def fails(scenario: Callable[[], None]) -> bool:
    try:
        scenario()
    except AssertionError:
        return True
    return False
