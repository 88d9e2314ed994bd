"""The one construct that declares a Lambda function."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, IgnoreMode, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spool.keys import delivered
from spool.settings import Settings
from stacks import ROOT
from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge, acknowledge_objects
from stacks.constructs.l1 import resource_of
from stacks.constructs.layer import ARCHITECTURE, RUNTIME
from stacks.constructs.logs import log_group

LAMBDAS = ROOT / "lambdas"
METRICS_NAMESPACE = "Spool"


class Function(Construct):
    """`lambdas/{name}`, which may do what `allow` lists and nothing else.

    `live` is the alias that the world calls. `version_arn` is what a state machine calls: an
    execution keeps the definition that it started with and so its code, for which old versions
    are retained.

    A setting that a stack parameter gives belongs in `version_description` too. CloudFormation
    publishes a version when the version's own properties change, and else `live` would keep the
    parameter's former value.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        deploy: DeploySettings,
        settings: Settings,
        layers: Sequence[lambda_.ILayerVersion],
        timeout: Duration,
        memory_mib: int = 512,
        version_description: str | None = None,
    ) -> None:
        super().__init__(scope, name)
        self.function_name = name
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        logs = log_group(self, "Logs", deploy=deploy)
        self.allow("logs:CreateLogStream", "logs:PutLogEvents", on=[logs.log_group_arn])
        self._function = lambda_.Function(
            self,
            "Function",
            description=f"Spool: {name}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=_code(name),
            handler=f"{name}.handler.handler",
            role=self.role,
            layers=list(layers),
            memory_size=memory_mib,
            timeout=timeout,
            environment={**settings.to_environment(), **_powertools(name, deploy)},
            tracing=lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=_platform_log_level(deploy),
            log_group=logs,
            reserved_concurrent_executions=deploy.reserved_concurrency.get(name),
            current_version_options=lambda_.VersionOptions(
                # But for one whose deployment is rolled back: published already, the same code
                # would be refused when it is deployed again.
                removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
                description=version_description,
            ),
        )
        self.live = lambda_.Alias(
            self, "Live", alias_name="live", version=self._function.current_version
        )
        self._acknowledge()

    @property
    def version_arn(self) -> str:
        return self._function.current_version.function_arn

    @property
    def every_version_arn(self) -> str:
        """For the policy of a caller of `version_arn`, whose running work calls older ones."""
        return f"{self._function.function_arn}:*"

    @property
    def every_version_finding(self) -> str:
        """`every_version_arn` as cdk-nag prints it."""
        resource = resource_of(self._function, lambda_.CfnFunction)
        return f"<{Stack.of(self).get_logical_id(resource)}.Arn>:*"

    def allow(self, *actions: str, on: Sequence[str]) -> None:
        """Let the function do `actions` on the resources `on`, each a whole ARN."""
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(on)))

    def allow_objects(self, *actions: str, bucket: s3.IBucket, pattern: str) -> None:
        """Let the function do `actions` on the objects of `bucket` that match `pattern`."""
        self.allow(*actions, on=[bucket.arn_for_objects(pattern)])
        acknowledge_objects(
            self.role, bucket, pattern, "Keys are made as uploads come; the pattern bounds them."
        )

    def allow_delivered(self, *actions: str, bucket: s3.IBucket, pattern: str) -> None:
        """`allow_objects`, on what is public and on what is private."""
        for each in delivered(pattern):
            self.allow_objects(*actions, bucket=bucket, pattern=each)

    def _acknowledge(self) -> None:
        acknowledge(
            self.role,
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray's actions, and for a stream's reader dynamodb:ListStreams, know no resources.",
        )
        acknowledge(
            self._function,
            "AwsSolutions-L1",
            "Python 3.12: blurhash-python has no wheel for a newer one.",
        )


def _code(name: str) -> lambda_.Code:
    """The function's own folder only, so that editing another leaves this one's hash alone."""
    return lambda_.Code.from_asset(
        str(LAMBDAS), exclude=["/*", f"!/{name}", "__pycache__"], ignore_mode=IgnoreMode.GIT
    )


def _platform_log_level(deploy: DeploySettings) -> lambda_.ApplicationLogLevel:
    """What Lambda lets through. It takes a line without a level for INFO, and metrics are such
    lines: above INFO the function's logger alone decides (`spool.aws.runtime`)."""
    debug = deploy.log_level == lambda_.ApplicationLogLevel.DEBUG.name
    return lambda_.ApplicationLogLevel.DEBUG if debug else lambda_.ApplicationLogLevel.INFO


def _powertools(name: str, deploy: DeploySettings) -> dict[str, str]:
    return {
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": deploy.log_level,
    }
