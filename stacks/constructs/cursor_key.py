"""The secret that signs the cursors of lists."""

from __future__ import annotations

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.function import Function


class CursorKey(Construct):
    """Made by CloudFormation, known to nobody. Lost with its stack, lists have to be begun anew."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            description="Spool: signs the cursors of lists",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                password_length=64, exclude_punctuation=True
            ),
        )
        acknowledge(
            self._secret,
            "AwsSolutions-SMG4",
            "A cursor lives for minutes and opens nothing that its bearer may not list anyway.",
        )

    @property
    def arn(self) -> str:
        return self._secret.ref

    def read_by(self, function: Function) -> None:
        function.allow("secretsmanager:GetSecretValue", on=[self.arn])
