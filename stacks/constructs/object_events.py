"""S3's events of a bucket, in a queue that holds them for the function that takes them."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.work_queue import WorkQueue


class ObjectEvents(WorkQueue):
    """What happens to objects under `prefix`, `Object Created` or `Object Deleted`, waits in
    `queue`. For all reasons: only PutObject would miss CompleteMultipartUpload, that is, the big
    ones."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        prefix: str,
        detail_type: str,
        consumer_timeout: Duration,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=consumer_timeout)
        events.Rule(
            self,
            detail_type.replace(" ", ""),
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=[detail_type],
                detail={
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": [{"prefix": prefix}]},
                },
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )
