from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.config import DeploySettings


def log_group(scope: Construct, construct_id: str, *, deploy: DeploySettings) -> logs.LogGroup:
    """A log group that forgets after `logRetention` and goes with its stack."""
    return logs.LogGroup(
        scope,
        construct_id,
        retention=logs.RetentionDays[deploy.log_retention],
        removal_policy=RemovalPolicy.DESTROY,
    )
