"""The bus's events for those who subscribe to topics: by setting."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from spool.events import NEWS_SOURCE
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.work_queue import dead_letters


class EventsTopic(Construct):
    """Each event of `bus` is a message of the topic, as it is. What the topic doesn't take within a
    day is left in `dead_letters`.

    EventBridge publishes in its own name, and says nothing of the rule or account that it does so
    for: a condition on either would refuse it (ADR 25).
    """

    def __init__(self, scope: Construct, construct_id: str, *, bus: events.IEventBus) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=self._key(), enforce_ssl=True)
        self.dead_letters = dead_letters(self)
        events.Rule(
            self,
            "Everything",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[NEWS_SOURCE]),
            targets=[targets.SnsTopic(self.topic, dead_letter_queue=self.dead_letters)],
        )
        self._watch()
        CfnOutput(Stack.of(self), "EventsTopicArn", value=self.topic.topic_arn)

    def _key(self) -> kms.Key:
        """AWS's own key for SNS serves no other service. Nothing is kept under this one."""
        return kms.Key(
            self,
            "Key",
            description="Spool: messages of the events' topic",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _watch(self) -> None:
        acknowledge(
            self.dead_letters,
            "AwsSolutions-SQS3",
            "It is a dead-letter queue itself, of a rule's target.",
        )
        cloudwatch.Alarm(
            self,
            "Undelivered",
            alarm_description="Events did not reach the topic: they are on EventsTopicDlqUrl.",
            metric=self.dead_letters.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
