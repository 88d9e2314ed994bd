"""What the distribution may do at its origins: what their policies say, and no more."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from local.edge.distribution import Behaviour, Distribution, Origin, Target
from local.edge.grants import callable_urls, granted
from local.edge.identity import POLICY, sign_in
from local.edge.policies import HeadersPolicy, RequestPolicy
from tests.unit.local.edge.stand_in import cache_policy

ARN = "arn:aws:cloudfront::123456789012:distribution/E1"
OBJECTS = "arn:aws:s3:::media/*"


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Sid": "Cdn",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": OBJECTS,
        "Condition": {"StringEquals": {"AWS:SourceArn": ARN}},
        **changes,
    }


def rights(*statements: dict[str, Any]) -> list[Any]:
    return list(granted({"Statement": list(statements)}, ARN))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"Service": ["x.amazonaws.com", "cloudfront.amazonaws.com"]}},
        {"Condition": {"ArnLike": {"aws:sourcearn": "arn:aws:cloudfront::*:distribution/*"}}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ["arn:other", ARN]}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}},
        {"Condition": {}},
    ],
)
def test_a_statement_for_this_distribution_is_a_right(changes: dict[str, Any]) -> None:
    assert rights(statement(**changes)) == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS}
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"AWS": "*"}},
        {"Principal": "*"},
        {"Principal": {"Service": "lambda.amazonaws.com"}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ARN.replace("E1", "E2")}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": "210987654321"}}},
        {
            "Condition": {
                "StringEquals": {"AWS:SourceAccount": "210987654321"},
                "ArnLike": {"AWS:SourceArn": ARN},
            }
        },
    ],
)
def test_a_statement_for_others_is_none(changes: dict[str, Any]) -> None:
    assert rights(statement(**changes)) == []


def test_other_conditions_stay() -> None:
    auth = {"lambda:FunctionUrlAuthType": "AWS_IAM"}
    conditions = {"ArnLike": {"AWS:SourceArn": ARN}, "StringEquals": auth}
    [right] = rights(statement(Condition=conditions))

    assert right["Condition"] == {"StringEquals": auth}


@pytest.mark.parametrize(
    ("actions", "callable_"),
    [
        (["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"], True),
        ([["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]], True),
        (["lambda:InvokeFunctionUrl"], False),
        (["lambda:InvokeFunction"], False),
        ([], False),
    ],
)
def test_a_function_url_needs_both_permissions(actions: list[Any], callable_: bool) -> None:
    statements = rights(*(statement(Action=action) for action in actions))

    assert bool(callable_urls(statements)) is callable_


def distribution(*domains: str) -> Distribution:
    origins = tuple(Origin(domain, domain, "", (), signed=True) for domain in domains)
    behaviour = Behaviour(
        pattern="*",
        target=Target(origins),
        methods=frozenset({"GET"}),
        cache=cache_policy(),
        forward=RequestPolicy.parse({}),
        headers=HeadersPolicy.parse({}),
        on_request=None,
        on_response=None,
    )
    return Distribution("E1", "d1.cloudfront.net", "", (behaviour,), {}, arn=ARN)


def connect(service: str) -> Any:
    make: Any = boto3.client
    return make(service, region_name="us-east-1")


@mock_aws
def test_the_distribution_signs_with_credentials_of_its_own() -> None:
    s3, iam = connect("s3"), connect("iam")
    s3.create_bucket(Bucket="media")
    s3.create_bucket(Bucket="closed")
    document = {"Version": "2012-10-17", "Statement": [statement()]}
    s3.put_bucket_policy(Bucket="media", Policy=json.dumps(document))
    domains = [f"{bucket}.s3.us-east-1.amazonaws.com" for bucket in ("media", "closed")]

    first = sign_in(connect, distribution(*domains))
    second = sign_in(connect, distribution(*domains))

    user = "cloudfront-E1"
    policy = iam.get_user_policy(UserName=user, PolicyName=POLICY)["PolicyDocument"]
    assert policy["Statement"] == rights(statement())
    keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in keys] == [second.access_key]
    assert first.access_key != second.access_key

    s3.delete_bucket_policy(Bucket="media")
    sign_in(connect, distribution(*domains))
    assert iam.list_user_policies(UserName=user)["PolicyNames"] == []


@mock_aws
def test_a_function_is_found_by_its_url_and_asked_by_its_alias() -> None:
    lambda_ = connect("lambda")
    name = "arn:aws:lambda:us-east-1:123456789012:function:resize"
    host = "abc.lambda-url.us-east-1.on.aws"
    url = {
        "FunctionArn": f"{name}:live",
        "FunctionUrl": f"https://{host}/",
        "AuthType": "AWS_IAM",
        "CreationTime": "2026-01-01T00:00:00Z",
        "LastModifiedTime": "2026-01-01T00:00:00Z",
    }
    actions = ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
    statements = [statement(Action=action, Resource=f"{name}:live") for action in actions]
    with Stubber(lambda_) as stub:
        stub.add_response("list_functions", {"Functions": [{"FunctionName": "resize"}]})
        stub.add_response(
            "list_function_url_configs", {"FunctionUrlConfigs": [url]}, {"FunctionName": "resize"}
        )
        stub.add_response(
            "get_policy",
            {"Policy": json.dumps({"Statement": statements})},
            {"FunctionName": "resize", "Qualifier": "live"},
        )
        sign_in(
            lambda service: lambda_ if service == "lambda" else connect(service), distribution(host)
        )

    iam = connect("iam")
    policy = iam.get_user_policy(UserName="cloudfront-E1", PolicyName=POLICY)["PolicyDocument"]
    assert [right["Action"] for right in policy["Statement"]] == actions
