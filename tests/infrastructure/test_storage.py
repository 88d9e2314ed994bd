from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spool.indexes import INDEXES
from tests.infrastructure.cloud import Cloud, Resource
from tests.infrastructure.conftest import synthesize


@pytest.fixture
def originals(cloud: Cloud) -> Resource:
    return next(r for r in cloud.resources("AWS::S3::Bucket") if "Originals" in r.logical_id)


@pytest.fixture
def table(cloud: Cloud) -> Resource:
    return next(r for r in cloud.resources("AWS::DynamoDB::Table") if "Catalogue" in r.logical_id)


def test_originals_keep_every_version_and_tell_eventbridge(originals: Resource) -> None:
    assert originals.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    notifications = originals.properties["NotificationConfiguration"]
    assert notifications == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_originals_are_archived_where_they_can_still_be_read_at_once(originals: Resource) -> None:
    rules = originals.properties["LifecycleConfiguration"]["Rules"]
    transitions = [t for rule in rules for t in rule.get("Transitions", [])]
    assert transitions == [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 30}]
    assert "IntelligentTieringConfigurations" not in originals.properties  # no archive tiers


def test_a_browser_can_read_what_it_needs_to_complete_an_upload(originals: Resource) -> None:
    (rule,) = originals.properties["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedOrigins"] == ["http://localhost:8080"]
    assert rule["AllowedMethods"] == ["PUT"]
    assert "ETag" in rule["ExposedHeaders"]


def test_origins_that_are_changed_later_reach_every_stack_that_has_them(tmp_path: Path) -> None:
    """`cdk deploy` goes on with a parameter's previous value, so they can't be its default."""
    stacks = synthesize(tmp_path, allowedOrigins="https://a.example,https://b.example")
    wanted = ["https://a.example", "https://b.example"]
    given = {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
    for name in ("Spool-Storage", "Spool-Delivery"):
        assert stacks[name]["Parameters"]["AllowedOrigins"]["Default"] == ""
        assert {"Fn::If": ["HasAllowedOrigins", given, wanted]} in list(values(stacks[name]))


def values(body: Any) -> Iterator[Any]:
    """`body` and all that is in it."""
    yield body
    if isinstance(body, dict | list):
        for value in body.values() if isinstance(body, dict) else body:
            yield from values(value)


def test_the_catalogue(table: Resource) -> None:
    properties = table.properties
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    recovery = properties["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    ttl = properties["TimeToLiveSpecification"]
    assert ttl == {"AttributeName": "expiresAt", "Enabled": True}
    assert properties["DeletionProtectionEnabled"] is True


def test_the_catalogues_indexes_serve_the_lists_and_the_sweep(table: Resource) -> None:
    found = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table.properties["GlobalSecondaryIndexes"]
    }
    assert found == {
        index.name: [name for name in (index.partition_key, index.sort_key) if name]
        for index in INDEXES
    }
    assert {"byOrg", "byProject", "byStatus", "byProjectStatusType", "byExpiry"} <= found.keys()
