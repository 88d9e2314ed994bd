"""Where things are: a deployment's outputs by name, and clients of its account."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError

from local.emulator.client import client as emulators_client

STACKS = ("Storage", "Delivery", "Identity", "Pipeline", "Api")
DEFAULT_PREFIX = "Spool"
LOCAL = Path(__file__).parents[1] / ".local" / "outputs.json"

Clients = Callable[[str], Any]
"""A boto3 client of a service."""


class OperatorError(Exception):
    """What the operator has to change; `str(error)` says it."""


@dataclass(frozen=True)
class Deployment:
    """`outputs` are those of all stacks, as `UserPoolId` and `TableName`; `name` is for people."""

    outputs: Mapping[str, str]
    client: Clients
    name: str
    local: bool = False

    @classmethod
    def chosen(cls, *, local: bool, prefix: str | None) -> Self:
        """What was asked for; else the embedded cloud where one is up. Raises OperatorError."""
        if local or (prefix is None and LOCAL.exists()):
            return cls.of_embedded_cloud()
        return cls.of_stacks(prefix or DEFAULT_PREFIX)

    @classmethod
    def of_embedded_cloud(cls, path: Path | None = None) -> Self:
        """The one that runs, by what it says of itself. Raises OperatorError."""
        path = path or LOCAL
        try:
            face = json.loads(path.read_text())
        except FileNotFoundError as error:
            raise OperatorError(f"No embedded cloud runs ({path} isn't there): make up") from error
        outputs = {k: v for stack in face["stacks"].values() for k, v in stack.items()}
        return cls(
            outputs,
            lambda service: emulators_client(service, face["emulator"]),
            name=f"the embedded cloud at {face['edge']}; --prefix is for stacks in AWS",
            local=True,
        )

    @classmethod
    def of_stacks(cls, prefix: str, client: Clients | None = None) -> Self:
        """The stacks whose names begin with `prefix`, in the account and region of the shell's
        credentials. Raises OperatorError."""
        made: Any = client or boto3.client
        cloudformation = made("cloudformation")
        outputs: dict[str, str] = {}
        for name in STACKS:
            outputs |= _outputs(cloudformation, f"{prefix}-{name}")
        return cls(outputs, made, name=f"the stacks {prefix}-* in AWS")


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        raise OperatorError(f"{stack}: {error.response['Error']['Message']}") from error
    return {o["OutputKey"]: o["OutputValue"] for o in described.get("Outputs", [])}
