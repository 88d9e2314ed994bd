"""How an upload gets in: S3's events, a queue that holds them, and a function that takes them."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.work_queue import WorkQueue


class Intake(WorkQueue):
    """Every object created under `prefix`, however it was put, waits in `queue`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        prefix: str,
        consumer_timeout: Duration,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=consumer_timeout)
        self._listen(bucket, prefix)

    def _listen(self, bucket: s3.IBucket, prefix: str) -> None:
        """All reasons: only PutObject would miss CompleteMultipartUpload, that is, the big ones."""
        events.Rule(
            self,
            "ObjectCreated",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": [{"prefix": prefix}]},
                },
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )
