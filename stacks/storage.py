"""What must not be lost: the originals and the catalogue."""

from __future__ import annotations

from typing import TypedDict

from aws_cdk import App, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from spool.indexes import INDEXES, Index
from stacks.config import DeploySettings
from stacks.constructs.bucket import PrivateBucket
from stacks.constructs.l1 import resource_of
from stacks.parameters import allowed_origins


class StorageStack(Stack):
    def __init__(self, app: App, stack_name: str, *, deploy: DeploySettings) -> None:
        super().__init__(app, stack_name, description="Spool: the originals and the catalogue")
        self.originals = PrivateBucket(
            self,
            "Originals",
            versioned=True,
            lifecycle_rules=[_archived(deploy), _abandoned_parts_expire(deploy)],
            cors=[_uploads_from(allowed_origins(self, deploy))],
        )
        _send_events_to_eventbridge(self.originals)
        self.table = _catalogue(self, deploy)
        self.stream_arn = resource_of(self.table, dynamodb.CfnTable).attr_stream_arn
        CfnOutput(self, "OriginalsBucket", value=self.originals.bucket_name)
        CfnOutput(self, "TableName", value=self.table.table_name)


def _archived(deploy: DeploySettings) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        transitions=[
            s3.Transition(
                storage_class=s3.StorageClass(deploy.archive_class),
                transition_after=Duration.days(deploy.archive_after_days),
            )
        ]
    )


def _abandoned_parts_expire(deploy: DeploySettings) -> s3.LifecycleRule:
    """After the sweep, which aborts what is in the catalogue: for what never got there."""
    days = Duration.days(deploy.upload_expiry_days + 1)
    return s3.LifecycleRule(abort_incomplete_multipart_upload_after=days)


def _uploads_from(origins: list[str]) -> s3.CorsRule:
    """A browser needs to read each part's ETag to complete a multipart upload."""
    return s3.CorsRule(
        allowed_origins=origins,
        allowed_methods=[s3.HttpMethods.PUT],
        allowed_headers=["*"],
        exposed_headers=["ETag", "x-amz-version-id", "x-amz-checksum-crc64nvme"],
        max_age=3000,
    )


def _send_events_to_eventbridge(bucket: s3.Bucket) -> None:
    """On the resource itself: `event_bridge_enabled` adds a Lambda that may change any bucket, and
    whose call would replace notifications that others have set."""
    resource = resource_of(bucket, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
            event_bridge_enabled=True
        )
    )


def _catalogue(stack: Stack, deploy: DeploySettings) -> dynamodb.Table:
    table = dynamodb.Table(
        stack,
        "Catalogue",
        partition_key=_text("pk"),
        sort_key=_text("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        time_to_live_attribute="expiresAt",
        deletion_protection=deploy.deletion_protection,
        removal_policy=RemovalPolicy.RETAIN,
    )
    for index in INDEXES:
        table.add_global_secondary_index(
            index_name=index.name,
            partition_key=_text(index.partition_key),
            sort_key=None if index.sort_key is None else _text(index.sort_key),
            **_projection(index),
        )
    return table


class _Projection(TypedDict, total=False):
    projection_type: dynamodb.ProjectionType
    non_key_attributes: list[str]


def _projection(index: Index) -> _Projection:
    if index.projected is None:
        return {}
    return {
        "projection_type": dynamodb.ProjectionType.INCLUDE,
        "non_key_attributes": list(index.projected),
    }


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
