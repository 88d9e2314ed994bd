"""Signs of life of what Spool lives on. Each raises where there is none, and reads nothing that
anybody stored: who may ask for them is everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spool.aws import clients


def probes(
    *, table: str, bucket: str, state_machine_arn: str
) -> Mapping[str, Callable[[], object]]:
    """By the names that callers see. The clients are made here: no two threads may make one."""
    dynamodb, s3 = clients.impatient("dynamodb"), clients.impatient("s3")
    stepfunctions = clients.impatient("stepfunctions")
    return {
        "catalogue": lambda: dynamodb.describe_table(TableName=table),
        "originals": lambda: s3.head_bucket(Bucket=bucket),
        "pipeline": lambda: stepfunctions.describe_state_machine(stateMachineArn=state_machine_arn),
    }
