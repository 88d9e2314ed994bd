"""The distribution's own identity at the emulator, with which its origin access controls sign.

CloudFront calls as a service, and the origin's resource policy decides. The emulator doesn't let a
service in, so a user stands for the distribution who may do what those policies say, no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.edge.distribution import Distribution
from local.edge.grants import Statement, callable_urls, granted

POLICY = "resource-policies"

Connect = Callable[[str], Any]  # the name of a service to its boto3 client


def sign_in(connect: Connect, distribution: Distribution) -> Credentials:
    """Credentials with the rights that resource policies give to `distribution` now."""
    iam, user = connect("iam"), f"cloudfront-{distribution.id}"
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=user)
    _allow(iam, user, _rights(connect, distribution))
    for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _allow(iam: Any, user: str, statements: list[Statement]) -> None:
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=user, PolicyName=POLICY, PolicyDocument=document)
        return
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_user_policy(UserName=user, PolicyName=POLICY)


def _rights(connect: Connect, distribution: Distribution) -> list[Statement]:
    domains = {origin.domain for origin in distribution.signed_origins}
    buckets = {name for name, service, _ in (d.partition(".s3.") for d in domains) if service}
    s3 = connect("s3")
    return [
        *(s for bucket in sorted(buckets) for s in _on_bucket(s3, bucket, distribution.arn)),
        *_on_functions(connect("lambda"), domains, distribution.arn),
    ]


def _on_bucket(s3: Any, bucket: str, arn: str) -> list[Statement]:
    try:
        policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return []
        raise
    return granted(json.loads(policy), arn)


def _on_functions(lambda_: Any, domains: Iterable[str], arn: str) -> list[Statement]:
    urls = {domain for domain in domains if ".lambda-url." in domain}
    if not urls:
        return []
    return [
        statement
        for page in lambda_.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        for qualified, url in _urls(lambda_, function["FunctionName"])
        if url in urls
        for statement in callable_urls(granted(_policy(lambda_, qualified), arn))
    ]


def _urls(lambda_: Any, name: str) -> list[tuple[str, str]]:
    """ARN, with the alias if there is one, and host of each URL of a function."""
    configs = lambda_.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    return [(config["FunctionArn"], config["FunctionUrl"].split("/")[2]) for config in configs]


def _policy(lambda_: Any, arn: str) -> Any:
    name, *qualifier = arn.split(":")[6:]
    alias = {"Qualifier": qualifier[0]} if qualifier else {}
    try:
        return json.loads(lambda_.get_policy(FunctionName=name, **alias)["Policy"])
    except lambda_.exceptions.ResourceNotFoundException:
        return {}
