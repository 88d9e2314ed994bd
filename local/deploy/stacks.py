"""Deploys one stack through CloudFormation's API and says what failed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.deploy.assembly import Stack
from local.errors import DeployFailed

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

POLL_SECONDS = 0.05
DEPLOY_SECONDS = 120

_DEPLOYED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_UNUSABLE = {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"}
_ABSENT = {"", "DELETE_COMPLETE"}
_COLLATERAL = ("cancelled", "rollback")  # reasons of resources that another one took down


class StackDeployer:
    def __init__(self, cloudformation: CloudFormationClient, log: Path) -> None:
        self._cloudformation, self._log = cloudformation, log

    def deploy(self, stack: Stack, parameters: Mapping[str, str]) -> dict[str, str]:
        """Create or update; the stack's outputs. Raises DeployFailed."""
        known: list[ParameterTypeDef] = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in parameters.items()
            if name in stack.parameters
        ]
        if self._status(stack.name) in _UNUSABLE:
            self._cloudformation.delete_stack(StackName=stack.name)
            self._wait(stack.name)
        try:
            self._submit(stack, known)
        except ClientError as error:
            raise DeployFailed(stack.name, [("template", "", str(error))], self._log) from error
        if self._wait(stack.name) not in _DEPLOYED:
            raise DeployFailed(stack.name, self._failures(stack.name), self._log)
        return self._outputs(stack.name)

    def _submit(self, stack: Stack, parameters: list[ParameterTypeDef]) -> None:
        is_new = self._status(stack.name) in _ABSENT
        act = self._cloudformation.create_stack if is_new else self._cloudformation.update_stack
        try:
            act(
                StackName=stack.name,
                TemplateURL=stack.template_url,
                Parameters=parameters,
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            )
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise

    def _status(self, name: str) -> str:
        try:
            return self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return ""

    def _wait(self, name: str) -> str:
        deadline = time.monotonic() + DEPLOY_SECONDS
        while (status := self._status(name)).endswith("_IN_PROGRESS"):
            if time.monotonic() > deadline:
                reason = f"still {status} after {DEPLOY_SECONDS} s"
                raise DeployFailed(name, [(name, "stack", reason)], self._log)
            time.sleep(POLL_SECONDS)
        return status

    def _outputs(self, name: str) -> dict[str, str]:
        """The declared outputs, not those that CDK adds to hand values to other stacks."""
        stack = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {
            output["OutputKey"]: output["OutputValue"]
            for output in stack.get("Outputs", [])
            if "ExportName" not in output
        }

    def _failures(self, name: str) -> list[tuple[str, str, str]]:
        """Oldest first, since the first failure is the cause of the others."""
        events = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        return [
            (event["LogicalResourceId"], event.get("ResourceType", ""), reason)
            for event in reversed(events)
            if event["ResourceStatus"].endswith("_FAILED")
            and (reason := event.get("ResourceStatusReason", ""))
            and not any(word in reason.lower() for word in _COLLATERAL)
        ]
