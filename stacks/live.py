"""What a frontend listens to: the WebSocket API, its functions, and the news on their way there."""

from __future__ import annotations

from aws_cdk import App, CfnOutput, Stack

from authorize_live.settings import AuthorizeLiveSettings
from manage_live.settings import ManageLiveSettings
from spool.settings import Settings
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.http_api import TIMEOUT
from stacks.constructs.layer import Layers
from stacks.constructs.live_push import LivePush
from stacks.constructs.web_socket import WebSocket
from stacks.pipeline import PipelineStack
from stacks.storage import StorageStack


class LiveStack(Stack):
    def __init__(
        self,
        app: App,
        stack_name: str,
        *,
        deploy: DeploySettings,
        storage: StorageStack,
        pipeline: PipelineStack,
    ) -> None:
        super().__init__(app, stack_name, description="Spool: live status over WebSockets")
        self._deploy = deploy
        self._layers = Layers(self)
        self._table = storage.table
        self.socket = WebSocket(self, "WebSocket")
        self.socket.answer(
            deploy=deploy, authorizer=self._authorize_live(), manager=self._manage_live()
        )
        LivePush(
            self,
            "LivePush",
            deploy=deploy,
            layers=self._layers,
            bus=pipeline.bus,
            table=self._table,
            socket=self.socket,
        )
        CfnOutput(self, "WebSocketUrl", value=self.socket.url)

    def _authorize_live(self) -> Function:
        function = self._function(
            "authorize_live", AuthorizeLiveSettings(table_name=self._table.table_name)
        )
        function.allow("dynamodb:DeleteItem", on=[self._table.table_arn])
        return function

    def _manage_live(self) -> Function:
        function = self._function(
            "manage_live",
            ManageLiveSettings(
                table_name=self._table.table_name, live_endpoint=self.socket.endpoint
            ),
            "http",
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
            on=[self._table.table_arn],
        )
        self.socket.let_tell(function)
        return function

    def _function(self, name: str, settings: Settings, *packages: str) -> Function:
        return Function(
            self,
            name,
            deploy=self._deploy,
            settings=settings,
            layers=self._layers.of(*packages),
            timeout=TIMEOUT,
        )
