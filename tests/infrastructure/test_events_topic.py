"""The topic that the bus's events go to, where the setting asks for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from moto.events.models import EventPattern

from tests.documented_events import FOLDER, PAGE
from tests.infrastructure.cloud import Cloud, Resource
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.policies import Policies, Request, allowed

ITS_OWN = ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::KMS::Key")
TLS = {"aws:SecureTransport": "true"}


@pytest.fixture(scope="module")
def topic(cloud: Cloud) -> Resource:
    (topic,) = cloud.resources("AWS::SNS::Topic")
    return topic


@pytest.fixture(scope="module")
def rule(cloud: Cloud, topic: Resource) -> dict[str, Any]:
    """Its properties."""
    (found,) = (
        rule.properties
        for rule in cloud.resources("AWS::Events::Rule")
        if topic.arn in [target["Arn"] for target in rule.properties["Targets"]]
    )
    return dict(found)


def test_there_is_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    templates = synthesize(tmp_path)

    assert list(Cloud(templates).resources(*ITS_OWN)) == []
    outputs = {name for template in templates.values() for name in template["Outputs"]}
    assert not {name for name in outputs if name.startswith("EventsTopic")}


def test_every_event_of_the_bus_goes_to_the_topic_as_it_is(
    cloud: Cloud, rule: dict[str, Any]
) -> None:
    (bus,) = cloud.resources("AWS::Events::EventBus")
    assert rule["EventBusName"] == bus.ref
    assert rule["EventPattern"] == {"source": ["spool"]}
    (target,) = rule["Targets"]
    assert not {"Input", "InputPath", "InputTransformer", "RoleArn"} & target.keys()


def test_what_the_topic_does_not_take_is_kept_and_seen(cloud: Cloud, rule: dict[str, Any]) -> None:
    (target,) = rule["Targets"]
    queue = cloud.by_arn(target["DeadLetterConfig"]["Arn"], "AWS::SQS::Queue")
    name = queue.ref.rpartition("/")[2]
    (alarm,) = (
        alarm.properties
        for alarm in cloud.resources("AWS::CloudWatch::Alarm")
        if {"Name": "QueueName", "Value": name} in alarm.properties.get("Dimensions", [])
    )
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (
        1,
        "GreaterThanOrEqualToThreshold",
    )


def test_messages_are_encrypted_by_a_key_that_is_rotated(cloud: Cloud, topic: Resource) -> None:
    key = cloud.by_arn(topic.properties["KmsMasterKeyId"], "AWS::KMS::Key")
    assert key.properties["EnableKeyRotation"] is True


@pytest.mark.parametrize(
    "principal",
    [
        "sns.amazonaws.com",
        "s3.amazonaws.com",
        "arn:aws:iam::210987654321:role/stranger",
        "arn:aws:iam::123456789012:role/another-function",
    ],
)
def test_nobody_but_eventbridge_publishes_or_has_the_key(
    cloud: Cloud, topic: Resource, principal: str
) -> None:
    policies, key = Policies(cloud), topic.properties["KmsMasterKeyId"]
    calls = {"sns:Publish": topic.arn, "kms:GenerateDataKey": key, "kms:Decrypt": key}

    def cases(caller: str) -> list[dict[str, Any]]:
        requests = [Request(caller, action, called, TLS) for action, called in calls.items()]
        return [policies.case(request) for request in requests]

    assert allowed(cases(principal)) == [False] * 3
    assert allowed(cases("events.amazonaws.com")) == [True] * 3


def test_eventbridge_does_nothing_else_with_them(cloud: Cloud, topic: Resource) -> None:
    policies, key = Policies(cloud), topic.properties["KmsMasterKeyId"]
    calls = {
        "sns:Subscribe": topic.arn,
        "sns:DeleteTopic": topic.arn,
        "kms:ScheduleKeyDeletion": key,
    }
    requests = [Request("events.amazonaws.com", action, to, TLS) for action, to in calls.items()]

    assert allowed([policies.case(request) for request in requests]) == [False] * 3


def test_the_listener_in_the_documents_is_a_stack_that_hears(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {
        "Stack": Stack, "Construct": Construct, "events": events, "sqs": sqs, "targets": targets
    }  # fmt: skip
    exec(code, names)  # noqa: S102  it is ours
    app = App(outdir=str(tmp_path))
    names["Listener"](app, "Listener", event_bus_name="spool-bus")

    template = app.synth().get_stack_by_name("Listener").template
    (rule,) = Cloud({"Listener": template}).resources("AWS::Events::Rule")
    assert rule.properties["EventBusName"] == "spool-bus"
    event = json.loads((FOLDER / "asset-status-changed.ready.json").read_text())
    pattern: Any = EventPattern(None, dict(rule.properties["EventPattern"]))
    assert pattern.matches_event(event)
    assert not pattern.matches_event({**event, "detail-type": "Asset Access Changed"})
