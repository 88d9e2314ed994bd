"""What tells other systems: news of the bus, fanned out to webhooks and delivered."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from deliver_webhook.settings import DeliverWebhookSettings
from fan_out_webhooks.settings import FanOutWebhooksSettings
from spool.events import ACCESS_CHANGED, STATUS_CHANGED, WEBHOOK_PAUSED
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.work_queue import WorkQueue

FAN_OUT_TIMEOUT = Duration.seconds(30)
ATTEMPT_TIMEOUT = Duration.seconds(40)  # 10 s for the call, and what a resolver may take
FAN_OUTS, ATTEMPTS = 2, 10  # at a time


class Webhooks(Construct):
    """News waits in `news` for `fan_out_webhooks`, what it makes of it in `deliveries` for
    `deliver_webhook`: a message is one attempt, so that no receiver holds up another's."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        bus: events.IEventBus,
        table: dynamodb.ITable,
    ) -> None:
        super().__init__(scope, construct_id)
        self._deploy, self._layers, self._table = deploy, layers, table
        self.news = WorkQueue(self, "WebhookNews", consumer_timeout=FAN_OUT_TIMEOUT)
        self.deliveries = WorkQueue(self, "Webhooks", consumer_timeout=ATTEMPT_TIMEOUT)
        self.news.hear(bus, "Told", STATUS_CHANGED, ACCESS_CHANGED, WEBHOOK_PAUSED)
        self.news.feed(self._fan_out(), concurrency=FAN_OUTS)
        self.deliveries.feed(self._deliver(bus), concurrency=ATTEMPTS, batch_size=1)

    def _fan_out(self) -> Function:
        function = Function(
            self,
            "fan_out_webhooks",
            deploy=self._deploy,
            settings=FanOutWebhooksSettings(
                table_name=self._table.table_name,
                webhooks_queue_url=self.deliveries.queue.queue_url,
            ),
            layers=self._layers.of(),
            timeout=FAN_OUT_TIMEOUT,
        )
        function.allow(
            "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=[self._table.table_arn]
        )
        function.allow("sqs:SendMessage", on=[self.deliveries.queue.queue_arn])
        return function

    def _deliver(self, bus: events.IEventBus) -> Function:
        function = Function(
            self,
            "deliver_webhook",
            deploy=self._deploy,
            settings=DeliverWebhookSettings(
                table_name=self._table.table_name,
                webhooks_queue_url=self.deliveries.queue.queue_url,
                dead_letters_url=self.deliveries.dead_letters.queue_url,
                event_bus_name=bus.event_bus_name,
            ),
            layers=self._layers.of("webhooks"),
            timeout=ATTEMPT_TIMEOUT,
        )
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=[self._table.table_arn])
        for queue in (self.deliveries.queue, self.deliveries.dead_letters):
            function.allow("sqs:SendMessage", on=[queue.queue_arn])
        function.allow("events:PutEvents", on=[bus.event_bus_arn])
        return function
