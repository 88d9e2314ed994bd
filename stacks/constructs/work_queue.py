"""A queue with a function behind it: what fails is tried again, and at last set aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from spool.events import NEWS_SOURCE
from stacks.constructs.function import Function

RECEIVES = 5
"""Before a message goes to the DLQ. AWS advises five or more beside a Lambda trigger, since a batch
that is throttled was received too."""


class WorkQueue(Construct):
    """Messages wait in `queue`; those that can't be worked off end in `dead_letters`, whose URL is
    an output of the stack, named after the construct."""

    def __init__(self, scope: Construct, construct_id: str, *, consumer_timeout: Duration) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = dead_letters(self)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            # Lambda retries a batch within six of its timeouts.
            visibility_timeout=Duration.seconds(6 * consumer_timeout.to_seconds()),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=RECEIVES
            ),
        )

    def hear(
        self,
        bus: events.IEventBus,
        rule_id: str,
        *detail_types: str,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Have Spool's news of these types, whose detail matches, wait in `queue`."""
        events.Rule(
            self,
            rule_id,
            event_bus=bus,
            event_pattern=events.EventPattern(
                source=[NEWS_SOURCE], detail_type=list(detail_types), detail=detail
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )

    def feed(self, function: Function, *, concurrency: int, batch_size: int = 10) -> None:
        """Hand `function` what waits, at most `concurrency` batches at a time."""
        function.allow(
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            on=[self.queue.queue_arn],
        )
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=self.queue.queue_arn,
            function_name=function.live.function_arn,
            batch_size=batch_size,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(
                maximum_concurrency=concurrency
            ),
        )
        mapping.node.add_dependency(function.role)


def dead_letters(scope: Construct) -> sqs.Queue:
    """Where what can't be delivered or worked off ends. Its URL is an output of the stack, named
    after `scope`."""
    queue = sqs.Queue(
        scope,
        "DeadLetters",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    CfnOutput(Stack.of(scope), f"{scope.node.id}DlqUrl", value=queue.queue_url)
    return queue
