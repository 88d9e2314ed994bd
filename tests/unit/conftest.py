"""AWS as moto mocks it, with the table and buckets of the stacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws

from spool.aws import clients, runtime
from spool.indexes import INDEXES, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, ProjectionTypeDef
    from mypy_boto3_s3 import S3Client

TABLE, ORIGINALS, RENDITIONS, VARIANTS = "catalogue", "originals", "renditions", "variants"
DEMAND = "demand"
REGION: Final = "eu-west-1"


# A machine that is busy with other things is no bug.
settings.register_profile("spool", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("spool")


def forget(*cached: Callable[[], Any]) -> None:
    for function in cached:
        function.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """No call leaves the machine. Clients outlive the test, since making them takes longest."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.nodeid)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Spool")
    with mock_aws():
        runtime.logger.cache_clear()
        yield
        runtime.logger.cache_clear()


@pytest.fixture
def table(aws: None) -> str:
    """The catalogue with the real key schema."""
    keys = {"pk", "sk", *(name for index in INDEXES for name in _keys(index))}
    clients.dynamodb().create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in sorted(keys)],
        KeySchema=_schema("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": index.name,
                "KeySchema": _schema(*_keys(index)),
                "Projection": _projection(index),
            }
            for index in INDEXES
        ],
    )
    return TABLE


def _keys(index: Index) -> list[str]:
    return [name for name in (index.partition_key, index.sort_key) if name is not None]


def _schema(partition: str, *sort: str) -> list[KeySchemaElementTypeDef]:
    keys: list[KeySchemaElementTypeDef] = [{"AttributeName": partition, "KeyType": "HASH"}]
    if sort:
        keys.append({"AttributeName": sort[0], "KeyType": "RANGE"})
    return keys


def _projection(index: Index) -> ProjectionTypeDef:
    if index.projected is None:
        return {"ProjectionType": "ALL"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.projected)}


@pytest.fixture
def demand_table(aws: None) -> str:
    clients.dynamodb().create_table(
        TableName=DEMAND,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return DEMAND


@pytest.fixture
def s3(aws: None) -> S3Client:
    """A client, and the three buckets."""
    client = clients.s3()
    for bucket in (ORIGINALS, RENDITIONS, VARIANTS):
        client.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    client.put_bucket_versioning(Bucket=ORIGINALS, VersioningConfiguration={"Status": "Enabled"})
    return client
