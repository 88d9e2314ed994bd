"""Roles of which one action on one resource is taken away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.cloud import Cloud

SERVICE_ACTIONS = frozenset(
    {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "sqs:ReceiveMessage",
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
    """`role` without `action` on `resource`, which the statement `index` of its inline policy
    allows."""

    role: str
    policy: str
    document: Mapping[str, Any]
    index: int
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.role}: {self.action} on {self.resource}"

    @property
    def private(self) -> bool:
        """Whether what it no longer reaches is private."""
        return "/p/" in self.resource

    @property
    def shorter(self) -> str:
        statements = list(self.document["Statement"])
        whole = statements[self.index]
        left = [
            {**whole, "Action": [a for a in _several(whole["Action"]) if a != self.action]},
            {
                **whole,
                "Action": [self.action],
                "Resource": [r for r in _several(whole["Resource"]) if r != self.resource],
            },
        ]
        statements[self.index : self.index + 1] = [s for s in left if s["Action"] and s["Resource"]]
        return json.dumps({**self.document, "Statement": statements})


def mutants(cloud: Cloud) -> Iterator[Mutant]:
    """Everything that a function's own code uses, or a transcoding job."""
    iam = cloud.client("iam")
    functions = cloud.client("lambda").list_functions()["Functions"]
    named = {function["Role"].rpartition("/")[2] for function in functions}
    roles = (role["RoleName"] for role in iam.list_roles()["Roles"])
    for role in sorted(named | {role for role in roles if "VideoTranscoding" in role}):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            document = json.loads(found) if isinstance(found, str) else found
            for mutant in _of(role, policy, document):
                if not any(untried(mutant) for untried in _UNTRIED):
                    yield mutant


def _of(role: str, policy: str, document: Mapping[str, Any]) -> Iterator[Mutant]:
    for index, statement in enumerate(document["Statement"]):
        for action in _several(statement["Action"]):
            for resource in _several(statement["Resource"]):
                yield Mutant(role, policy, document, index, action, resource)


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _of_services(mutant: Mutant) -> bool:
    return mutant.action in SERVICE_ACTIONS


def _of_stream_failures(mutant: Mutant) -> bool:
    """The event source, not the function, stores what it could not deliver."""
    return "notifystatus" in mutant.role.lower() and mutant.action.startswith("s3:")


def _of_broken_copies(mutant: Mutant) -> bool:
    """Only S3 itself can break off a copy in parts, and only of a file of hundreds of megabytes."""
    copier = any(
        name in mutant.role.lower() for name in ("reconcile", "manageversions", "onobjectdeleted")
    )
    return copier and mutant.action == "s3:AbortMultipartUpload"


def _of_unreachable_connections(mutant: Mutant) -> bool:
    """Who can't be told anything for the moment is cut off; the emulator can tell all, or none as
    they are gone. tests/infrastructure/test_live.py says what is allowed."""
    closes = mutant.resource.endswith("/DELETE/@connections/*")
    return closes and "pushlive" in mutant.role.lower()


_UNTRIED = (_of_services, _of_stream_failures, _of_broken_copies, _of_unreachable_connections)


@contextmanager
def applied(mutant: Mutant, cloud: Cloud) -> Iterator[None]:
    iam = cloud.client("iam")
    where = {"RoleName": mutant.role, "PolicyName": mutant.policy}
    iam.put_role_policy(**where, PolicyDocument=mutant.shorter)
    try:
        yield
    finally:
        iam.put_role_policy(**where, PolicyDocument=json.dumps(mutant.document))
