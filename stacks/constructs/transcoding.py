"""MediaConvert: a queue of our own, the role under which its jobs work, and their events."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_mediaconvert import CfnQueue
from constructs import Construct

from spool.keys import CAPTURES, ORIGINALS, RENDITIONS, STREAM, delivered
from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge, acknowledge_objects
from stacks.constructs.function import Function

SERVICE = "mediaconvert.amazonaws.com"


class Transcoding(Construct):
    """Jobs in `queue` read `originals`, and write streams and captures to `renditions`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        originals: s3.IBucket,
        renditions: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = CfnQueue(
            self,
            "Queue",
            description="Spool's transcoding jobs",
            pricing_plan="ON_DEMAND",
            concurrent_jobs=deploy.transcodes_at_once,
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                SERVICE, conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
        )
        self._let_jobs("s3:GetObject", bucket=originals, pattern=f"{ORIGINALS}*")
        for streams in delivered(f"{RENDITIONS}*/{STREAM}*"):
            self._let_jobs("s3:PutObject", bucket=renditions, pattern=streams)
        self._let_jobs("s3:PutObject", bucket=renditions, pattern=f"{CAPTURES}*")

    @property
    def queue_arn(self) -> str:
        return self.queue.attr_arn

    def _let_jobs(self, action: str, *, bucket: s3.IBucket, pattern: str) -> None:
        self.role.add_to_policy(
            iam.PolicyStatement(actions=[action], resources=[bucket.arn_for_objects(pattern)])
        )
        acknowledge_objects(
            self.role, bucket, pattern, "Keys are made as uploads come; the pattern bounds them."
        )

    def let_submit(self, function: Function) -> None:
        """Let `function` create jobs in the queue, find them again, and hand them the role."""
        function.allow("mediaconvert:CreateJob", "mediaconvert:ListJobs", on=[self.queue_arn])
        function.role.add_to_policy(
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": SERVICE}},
            )
        )

    def let_follow(self, function: Function) -> None:
        """Let `function` look at jobs and cancel them."""
        self._let(function, "mediaconvert:GetJob", "mediaconvert:CancelJob")

    def let_cancel(self, function: Function) -> None:
        self._let(function, "mediaconvert:CancelJob")

    def _let(self, function: Function, *actions: str) -> None:
        function.allow(*actions, on=[self._jobs_arn])
        acknowledge(
            function.role,
            f"AwsSolutions-IAM5[Resource::{_jobs_arn_in_findings()}]",
            "A job's id is MediaConvert's choice, and its ARN does not name the queue.",
        )

    @property
    def _jobs_arn(self) -> str:
        return f"arn:{Aws.PARTITION}:mediaconvert:{Aws.REGION}:{Aws.ACCOUNT_ID}:jobs/*"

    def announce_to(self, function: Function) -> None:
        """Hand `function` the events of the queue's jobs; `missed` gets those that Lambda doesn't
        take. One that is lost, there or later, loses nothing: the poll asks MediaConvert when it
        has heard nothing for long."""
        missed = sqs.Queue(
            self,
            "MissedEvents",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(missed, "AwsSolutions-SQS3", "It is a dead-letter queue: a rule's, not SQS's.")
        rule = events.Rule(
            self,
            "JobStateChange",
            event_pattern=events.EventPattern(
                source=["aws.mediaconvert"],
                detail_type=["MediaConvert Job State Change"],
                detail={"queue": [self.queue_arn]},
            ),
        )
        rule.add_target(
            targets.LambdaFunction(
                function.live,
                dead_letter_queue=missed,
                max_event_age=Duration.hours(1),
                retry_attempts=5,
            )
        )


def _jobs_arn_in_findings() -> str:
    """As cdk-nag prints it."""
    return "arn:<AWS::Partition>:mediaconvert:<AWS::Region>:<AWS::AccountId>:jobs/*"
