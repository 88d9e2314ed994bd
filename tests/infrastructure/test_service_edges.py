"""Who may call whom, by evaluating the policies: what the emulator lets pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.infrastructure.cloud import Cloud
from tests.infrastructure.edges import service_edges
from tests.infrastructure.policies import Policies, Request, Statement, allowed

ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@pytest.fixture(scope="module")
def policies(cloud: Cloud) -> Policies:
    return Policies(cloud)


@pytest.fixture(scope="module")
def edges(cloud: Cloud) -> list[Request]:
    return service_edges(cloud)


def granted(policies: Policies, requests: Sequence[Request]) -> list[Request]:
    answers = allowed([policies.case(request) for request in requests])
    return [request for request, answer in zip(requests, answers, strict=True) if answer]


def test_every_call_between_services_is_allowed(policies: Policies, edges: list[Request]) -> None:
    refused = set(map(str, edges)) - set(map(str, granted(policies, edges)))
    assert not refused


def test_what_is_found_covers_each_kind_of_edge(edges: list[Request]) -> None:
    """Were the templates read wrongly, nothing would be asked and nothing refused."""
    callers = {edge.principal.partition(":")[0] for edge in edges}
    assert callers == {
        "apigateway.amazonaws.com",
        "arn",
        "cloudfront.amazonaws.com",
        "events.amazonaws.com",
        "lambda.amazonaws.com",
        "mediaconvert.amazonaws.com",
        "states.amazonaws.com",
    }
    actions = {edge.action for edge in edges}
    assert actions >= {
        "dynamodb:GetRecords",
        "iam:PassRole",
        "kms:GenerateDataKey",
        "lambda:InvokeFunction",
        "lambda:InvokeFunctionUrl",
        "logs:CreateLogDelivery",
        "s3:GetObject",
        "s3:PutObject",
        "sns:Publish",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
        "sts:AssumeRole",
    }


def test_no_other_rule_route_or_distribution_may_call(
    policies: Policies, edges: list[Request]
) -> None:
    foreign = [
        replace(
            edge, context={**edge.context, "aws:SourceArn": f"{edge.context['aws:SourceArn']}x"}
        )
        for edge in edges
        if "aws:SourceArn" in edge.context
    ]
    assert foreign
    assert granted(policies, foreign) == []


@pytest.mark.parametrize(
    "context",
    [
        {"aws:SecureTransport": "false"},
        {"aws:SecureTransport": "true", "s3:TlsVersion": "1.1"},
    ],
    ids=["no TLS", "TLS 1.1"],
)
def test_buckets_queues_and_topics_refuse_a_weak_connection(
    cloud: Cloud, policies: Policies, context: dict[str, str]
) -> None:
    root = "arn:aws:iam::123456789012:role/administrator"
    requests = [
        Request(root, "s3:GetObject", f"{bucket.arn}/key", context)
        for bucket in cloud.resources("AWS::S3::Bucket")
    ]
    if "s3:TlsVersion" not in context:
        requests += [
            Request(root, "sqs:SendMessage", queue.arn, context)
            for queue in cloud.resources("AWS::SQS::Queue")
        ]
        requests += [
            Request(root, "sns:Publish", topic.arn, context)
            for topic in cloud.resources("AWS::SNS::Topic")
        ]
    cases = [{**policies.case(r), "identityPolicy": ANYTHING} for r in requests]
    assert len(cases) >= 4
    assert not any(allowed(cases))
    secure = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}
    assert all(allowed([{**case, "context": secure} for case in cases]))


def test_each_statement_that_serves_an_edge_is_needed(
    policies: Policies, edges: list[Request]
) -> None:
    """Remove any one of them, and some service can't make its call."""
    mutants = [statement for statement in policies if serves_an_edge(statement, policies, edges)]
    cases = [
        (mutant, policies.case(edge, without=mutant))
        for mutant in mutants
        for edge in edges
        if edge.action in mutant.actions
    ]
    answers = allowed([case for _, case in cases])
    killed = {mutant.key for (mutant, _), answer in zip(cases, answers, strict=True) if not answer}
    assert len(mutants) > 40
    assert [str(mutant) for mutant in mutants if mutant.key not in killed] == []


def serves_an_edge(statement: Statement, policies: Policies, edges: list[Request]) -> bool:
    """All but denials and what a function's own code needs, which the integration tests mutate."""
    if statement.body["Effect"] == "Deny":
        return False
    holders = [role for role, held in policies.of_role.items() if statement in held]
    if not holders:
        return True
    needed = {edge.action for edge in edges if edge.principal in holders}
    return bool(needed & set(statement.actions))
