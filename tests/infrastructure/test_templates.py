"""What holds for every resource of every stack."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Acknowledgment, App, Stack, Validations
from aws_cdk import aws_s3 as s3

from stacks.application import Application
from tests.infrastructure.cloud import Cloud, listed
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.policies import Policies

OUTPUTS = {
    "ApiBaseUrl", "CdnUrl", "DeletionsDlqUrl", "DistributionDomain", "DistributionId",
    "DownloadsDlqUrl",
    "EncodesDlqUrl", "EventBusName", "EventsTopicArn", "EventsTopicDlqUrl",
    "ImageKeysArn", "IntakeDlqUrl", "IntakeQueueUrl",
    "JobRecordsDlqUrl", "LivePushDlqUrl", "MachineClientBackend",
    "OriginalsBucket", "ReconciliationDlqUrl", "RenditionsBucket", "ReprocessingDlqUrl",
    "WebhookNewsDlqUrl", "WebhooksDlqUrl",
    "SigningKeySecret",
    "StateMachineArn", "TableName", "TokenUrl", "UserClientId", "UserPoolId",
    "VariantsBucket", "WebSocketUrl",
}  # fmt: skip

RESOURCELESS = {
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""Actions for which IAM knows no resources (Service Authorization Reference)."""

AS_SNS_DOCUMENTS = "kms:GenerateDataKey*"  # of who publishes to a topic that a key encrypts
REDUNDANT = "W3005"  # CDK adds the dependency of a function on its role twice
IMPORTED_OUTPUT = "W6001"  # ApiBaseUrl is said by the stack that makes the API answer
STATEFUL = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool")


def test_cfn_lint_finds_nothing(
    assembly_directory: Path, templates: Mapping[str, Mapping[str, Any]]
) -> None:
    files = [str(assembly_directory / f"{name}.template.json") for name in templates]
    linter = Path(sysconfig.get_path("scripts")) / "cfn-lint"
    command = [str(linter), "--ignore-checks", REDUNDANT, IMPORTED_OUTPUT, "--template", *files]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout == ""
    assert result.returncode == 0


def test_a_cdk_nag_finding_fails_the_synthesis(tmp_path: Path) -> None:
    app = Application(outdir=str(tmp_path))
    s3.Bucket(Stack(app, "Careless"), "Open")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_each_acknowledged_finding_is_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none else: the synthesis passes. What nobody finds any more needs no excuse."""
    acknowledged: set[str] = set()

    def note(_validations: Validations, *rules: Acknowledgment) -> None:
        acknowledged.update(rule.id for rule in rules if rule.id.startswith("AwsSolutions-"))

    monkeypatch.setattr(Validations, "acknowledge", note)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        synthesize(tmp_path)
    report = json.loads((tmp_path / "validation-report.json").read_text())
    found = {v["ruleName"] for plugin in report["pluginReports"] for v in plugin["violations"]}
    assert acknowledged == found


def test_the_outputs_that_people_and_the_embedded_cloud_read(
    templates: Mapping[str, Mapping[str, Any]],
) -> None:
    named = {
        name
        for template in templates.values()
        for name, output in template["Outputs"].items()
        if "Export" not in output
    }
    assert named == OUTPUTS


def test_no_policy_has_a_wildcard_action(cloud: Cloud) -> None:
    wild = [
        str(statement)
        for statement in Policies(cloud)
        if statement.body["Effect"] == "Allow"
        and any("*" in action for action in statement.actions if action != AS_SNS_DOCUMENTS)
    ]
    assert wild == []


def test_all_resources_only_where_iam_knows_none(cloud: Cloud) -> None:
    everywhere = {
        action
        for statement in Policies(cloud)
        if "*" in listed(statement.body.get("Resource", []))
        for action in statement.actions
    }
    assert everywhere <= RESOURCELESS


def test_no_role_has_a_managed_policy(cloud: Cloud) -> None:
    assert not [r for r in cloud.resources("AWS::IAM::Role") if "ManagedPolicyArns" in r.properties]


def test_buckets_are_private_and_encrypted_and_forget_abandoned_uploads(cloud: Cloud) -> None:
    for bucket in cloud.resources("AWS::S3::Bucket"):
        assert all(bucket.properties["PublicAccessBlockConfiguration"].values()), bucket.name
        assert bucket.properties["BucketEncryption"], bucket.name
        rules = bucket.properties["LifecycleConfiguration"]["Rules"]
        days = [
            r.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation") for r in rules
        ]
        assert 7 in days, bucket.name


def test_what_holds_data_outlives_its_stack(cloud: Cloud) -> None:
    for resource in cloud.resources(*STATEFUL):
        if "Demand" in resource.logical_id:
            continue  # counters: what they count is made anew
        assert resource.body["DeletionPolicy"] == "Retain", resource.name
        assert resource.body["UpdateReplacePolicy"] == "Retain", resource.name


def test_queues_are_encrypted_and_keep_messages_for_two_weeks(cloud: Cloud) -> None:
    for queue in cloud.resources("AWS::SQS::Queue"):
        assert queue.properties["SqsManagedSseEnabled"] is True
        assert queue.properties["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_log_group_forgets(cloud: Cloud) -> None:
    for group in cloud.resources("AWS::Logs::LogGroup"):
        assert group.properties["RetentionInDays"] == 30, group.name


def test_no_function_is_deployed_that_we_did_not_write(
    templates: Mapping[str, Mapping[str, Any]],
) -> None:
    """CDK brings its own for some features, as custom resources, and with wide permissions."""
    types = {r["Type"] for t in templates.values() for r in t["Resources"].values()}
    assert not {t for t in types if t.startswith(("Custom::", "AWS::CloudFormation::Custom"))}


def test_plain_python_sees_the_context_that_the_cli_would() -> None:
    assert isinstance(Application().node.try_get_context("urlExpiry"), int | float)
    assert App().node.try_get_context("urlExpiry") is None
