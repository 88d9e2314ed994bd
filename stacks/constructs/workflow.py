"""The one construct that makes a state machine of an ASL file."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks import ROOT
from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.function import Function
from stacks.constructs.logs import log_group


class Workflow(Construct):
    """`state_machines/{name}.asl.json`, which may call `functions` and write to `dead_letters`.

    The file's tokens are the functions' names and `dead_letter_queue_url`. It goes into the
    template as text, not as an asset, so that a diff shows what changes.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        deploy: DeploySettings,
        functions: Sequence[Function],
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, name)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        for function in functions:
            self._let_call(function)
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn])
        )
        self.machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(
                (ROOT / "state_machines" / f"{name}.asl.json").read_text()
            ),
            definition_substitutions={
                "dead_letter_queue_url": dead_letters.queue_url,
                **{function.function_name: function.version_arn for function in functions},
            },
            role=self.role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(self, "Logs", deploy=deploy),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,  # inputs name users' files
            ),
        )
        acknowledge(
            self.role,
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray's and CloudWatch Logs' delivery actions know no resources.",
        )

    def _let_call(self, function: Function) -> None:
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[function.every_version_arn]
            )
        )
        acknowledge(
            self.role,
            f"AwsSolutions-IAM5[Resource::{function.every_version_finding}]",
            "A running execution calls the version that it started with.",
        )
