"""News of assets on their way to the connections that listen to them."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from push_live.settings import PushLiveSettings
from spool.events import ACCESS_CHANGED, PROGRESSED, STATUS_CHANGED
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.web_socket import WebSocket
from stacks.constructs.work_queue import WorkQueue

TIMEOUT = Duration.seconds(30)
CONCURRENCY = 10


class LivePush(WorkQueue):
    """News waits in `queue` for `push_live`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        bus: events.IEventBus,
        table: dynamodb.ITable,
        socket: WebSocket,
    ) -> None:
        super().__init__(scope, construct_id, consumer_timeout=TIMEOUT)
        self.hear(bus, "AssetChanged", STATUS_CHANGED, ACCESS_CHANGED, PROGRESSED)
        function = Function(
            self,
            "push_live",
            deploy=deploy,
            settings=PushLiveSettings(table_name=table.table_name, live_endpoint=socket.endpoint),
            layers=layers.of(),
            timeout=TIMEOUT,
            memory_mib=1024,
        )
        function.allow(
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
            on=[table.table_arn],
        )
        socket.let_tell(function)
        self.feed(function, concurrency=CONCURRENCY)
