"""cdk-nag findings that stand: each with the reason why, each covering one finding."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import IConstruct

from stacks.constructs.l1 import resource_of


def acknowledge(scope: IConstruct, finding: str, reason: str) -> None:
    """`finding` is cdk-nag's id, with what it found in brackets where a rule finds several."""
    Validations.of(scope).acknowledge(Acknowledgment(id=finding, reason=reason))


def acknowledge_objects(scope: IConstruct, bucket: s3.IBucket, pattern: str, reason: str) -> None:
    """`scope`'s policies name objects of `bucket` by `pattern`."""
    acknowledge(scope, f"AwsSolutions-IAM5[Resource::{_arn(scope, bucket)}/{pattern}]", reason)


def acknowledge_executions(scope: IConstruct, machine: sfn.StateMachine, reason: str) -> None:
    """`scope`'s policies name the executions of `machine`, of another stack."""
    exported = Stack.of(machine).export_value(machine.state_machine_name)
    name = Stack.of(scope).resolve(exported)["Fn::ImportValue"]
    place = "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>"
    acknowledge(scope, f"AwsSolutions-IAM5[Resource::{place}:execution:{name}:*]", reason)


def _arn(scope: IConstruct, bucket: s3.IBucket) -> str:
    """The bucket's ARN as cdk-nag prints it: a reference, or what another stack exports."""
    owner, here = Stack.of(bucket), Stack.of(scope)
    if owner.node.path != here.node.path:
        return str(here.resolve(owner.export_value(bucket.bucket_arn))["Fn::ImportValue"])
    return f"<{here.get_logical_id(resource_of(bucket, s3.CfnBucket))}.Arn>"
