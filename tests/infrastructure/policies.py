"""Every policy statement of the templates, and IAM's answer to a request under them."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stacks import ROOT
from tests.infrastructure.cloud import ACCOUNT, Cloud, Resource, listed

SIMULATE = Path(__file__).with_name("simulate.mjs")

ATTACHED = {
    "AWS::S3::BucketPolicy": ("Bucket", "AWS::S3::Bucket"),
    "AWS::SNS::TopicPolicy": ("Topics", "AWS::SNS::Topic"),
    "AWS::SQS::QueuePolicy": ("Queues", "AWS::SQS::Queue"),
}
"""Where a policy that is a resource of its own names what it protects, and what that is."""


@dataclass(frozen=True)
class Statement:
    """One statement: `owner` is the template's resource that holds it."""

    owner: str
    index: int
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.owner}[{self.index}] {', '.join(self.actions)}"

    @property
    def actions(self) -> list[str]:
        return listed(self.body["Action"])

    @property
    def key(self) -> tuple[str, int]:
        return self.owner, self.index


@dataclass(frozen=True)
class Request:
    """A call that one service makes on another; `principal` is a service or a role's ARN."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.principal} {self.action} {self.resource}"


class Policies:
    """Identity policies by role ARN, and resource policies by the ARN that they protect."""

    def __init__(self, cloud: Cloud) -> None:
        self.of_role: dict[str, list[Statement]] = defaultdict(list)
        self.of_resource: dict[str, list[Statement]] = defaultdict(list)
        for resource in cloud.resources():
            self._read(cloud, resource)

    def __iter__(self) -> Iterator[Statement]:
        for policies in (self.of_role, self.of_resource):
            for statements in policies.values():
                yield from statements

    def _read(self, cloud: Cloud, resource: Resource) -> None:
        properties = resource.properties
        match resource.type:
            case "AWS::IAM::Role":
                trust = properties["AssumeRolePolicyDocument"]
                self.of_resource[resource.arn] += _statements(resource, trust)
            case "AWS::IAM::Policy":
                for name in properties["Roles"]:
                    role = cloud.by_ref(name, "AWS::IAM::Role")
                    self.of_role[role.arn] += _statements(resource, properties["PolicyDocument"])
            case kind if kind in ATTACHED:
                place, protected = ATTACHED[kind]
                (ref,) = listed(properties[place])
                statements = _statements(resource, properties["PolicyDocument"])
                self.of_resource[cloud.by_ref(ref, protected).arn] += statements
            case "AWS::KMS::Key":
                self.of_resource[resource.arn] += _of_key(resource)
            case "AWS::Lambda::Permission":
                statement = Statement(resource.name, 0, _of_permission(properties))
                self.of_resource[properties["FunctionName"]].append(statement)

    def case(self, request: Request, without: Statement | None = None) -> dict[str, Any]:
        """What `simulate.mjs` wants, all statements being in force but `without`."""
        protected = request.resource
        if protected.startswith("arn:aws:s3:::"):
            protected = protected.partition("/")[0]
        return {
            "principal": request.principal,
            "action": request.action,
            "resource": request.resource,
            "account": ACCOUNT,
            "context": request.context,
            "identityPolicy": _document(self.of_role.get(request.principal, []), without),
            "resourcePolicy": _document(self.of_resource.get(protected, []), without),
        }


def allowed(cases: Sequence[Mapping[str, Any]]) -> list[bool]:
    """IAM's answer to each case. Raises CalledProcessError when a request is no valid one."""
    answer = subprocess.run(
        [os.environ["JSII_NODE"], str(SIMULATE)],
        input=json.dumps(cases),
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT,
    )
    result: list[bool] = json.loads(answer.stdout)
    return result


def _statements(owner: Resource, policy: Mapping[str, Any]) -> list[Statement]:
    return [Statement(owner.name, i, body) for i, body in enumerate(policy["Statement"])]


def _of_key(key: Resource) -> list[Statement]:
    """What others may do with the key. That its account may do all is what lets anyone manage it;
    and `*` is the key itself there."""
    owner = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statements = _statements(key, key.properties["KeyPolicy"])
    return [
        replace(one, body={**one.body, "Resource": key.arn})
        for one in statements
        if one.body["Principal"] != owner
    ]


def _of_permission(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The statement that Lambda makes of a permission (AddPermission)."""
    conditions: dict[str, Any] = {"ArnLike": {"AWS:SourceArn": properties["SourceArn"]}}
    if "FunctionUrlAuthType" in properties:
        auth_type = properties["FunctionUrlAuthType"]
        conditions["StringEquals"] = {"lambda:FunctionUrlAuthType": auth_type}
    if properties.get("InvokedViaFunctionUrl"):
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
    return {
        "Effect": "Allow",
        "Principal": {"Service": properties["Principal"]},
        "Action": properties["Action"],
        "Resource": properties["FunctionName"],
        "Condition": conditions,
    }


def _document(statements: Iterable[Statement], without: Statement | None) -> dict[str, Any] | None:
    left = [s.body for s in statements if without is None or s.key != without.key]
    return {"Version": "2012-10-17", "Statement": left} if left else None
