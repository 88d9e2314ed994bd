from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge

ABANDONED_UPLOADS = Duration.days(7)


class PrivateBucket(s3.Bucket):
    """Encrypted, reached by TLS 1.2 or better, never public, and retained with what it holds."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        versioned: bool = False,
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
        cors: Sequence[s3.CorsRule] = (),
        object_ownership: s3.ObjectOwnership = s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            versioned=versioned,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=object_ownership,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=ABANDONED_UPLOADS),
                *lifecycle_rules,
            ],
            cors=list(cors) or None,
        )
        acknowledge(
            self,
            "AwsSolutions-S1",
            "Who reads objects is recorded by CloudTrail data events where an account wants it; "
            "server access logs would need a bucket that can't log itself.",
        )
