"""The routes of the HTTP API and the functions behind them."""

from __future__ import annotations

from typing import cast

from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration

from describe_api.settings import DescribeApiSettings
from issue_ticket.settings import IssueTicketSettings
from manage_comments.settings import ManageCommentsSettings
from manage_downloads.settings import ManageDownloadsSettings
from read_assets.settings import ReadAssetsSettings
from spool.indexes import BANDS, CONTENT, LISTS
from spool.keys import DOWNLOADS, RENDITIONS
from spool.settings import Settings
from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.cursor_key import CursorKey
from stacks.constructs.downloads import Downloads
from stacks.constructs.function import Function
from stacks.constructs.holding_functions import HoldingFunctions
from stacks.constructs.http_api import TIMEOUT, Stage
from stacks.constructs.layer import Layers
from stacks.constructs.steering_functions import SteeringFunctions
from stacks.constructs.web_socket import WebSocket
from stacks.context import BadSetting
from stacks.delivery import DeliveryStack
from stacks.pipeline import PipelineStack
from stacks.storage import StorageStack

_OPEN = (
    "Open by design: health and the API's description tell nothing of anyone, and a playlist's "
    "address bears a signature of its own, since players send no token."
)


class ApiStack(Stack):
    def __init__(
        self,
        app: App,
        stack_name: str,
        *,
        deploy: DeploySettings,
        storage: StorageStack,
        delivery: DeliveryStack,
        pipeline: PipelineStack,
        socket: WebSocket,
        authorizer_id: str,
    ) -> None:
        super().__init__(app, stack_name, description="Spool: the API's routes and functions")
        self._deploy = deploy
        self._storage, self._delivery = storage, delivery
        self._layers = Layers(self)
        self._front_door = delivery.front_door
        self._authorizer = apigw.HttpAuthorizer.from_http_authorizer_attributes(
            self, "Authorizer", authorizer_id=authorizer_id, authorizer_type="JWT"
        )
        self._routes: dict[str, apigw.HttpRoute] = {}
        self._cursor_key = CursorKey(self, "CursorKey")
        self._route_holdings(
            HoldingFunctions(
                deploy=deploy, storage=storage, cursor_key=self._cursor_key, make=self._function
            )
        )
        self._route_steering(
            SteeringFunctions(
                deploy=deploy,
                storage=storage,
                machine=pipeline.machine,
                intake=pipeline.intake,
                reprocessing=pipeline.reprocessing,
                webhooks=pipeline.webhooks,
                cursor_key=self._cursor_key,
                make=self._function,
            )
        )
        self._route_assets()
        self._route(self._issue_ticket(socket), "POST /live/tickets")
        self._route(self._manage_downloads(), "POST /downloads", "GET /downloads/{id}")
        self._route(
            self._describe_api(pipeline), "GET /openapi.json", "GET /health", open_to_all=True
        )
        self._answer()
        CfnOutput(self, "ApiBaseUrl", value=self._front_door.api.api_endpoint)

    def _route_assets(self) -> None:
        self._route(
            self._read_assets(), "GET /assets", "GET /assets/{id}", "GET /assets/{id}/duplicates"
        )
        self._route(
            self._manage_comments(),
            "GET /assets/{id}/comments",
            "POST /assets/{id}/comments",
            "PATCH /assets/{id}/comments/{commentId}",
            "DELETE /assets/{id}/comments/{commentId}",
        )
        access = self._delivery.grant_access
        self._route(access, "POST /assets/{id}/access")
        self._route(access, "GET /assets/{id}/stream/{file}", open_to_all=True)

    def _route_holdings(self, functions: HoldingFunctions) -> None:
        self._route(functions.presign_upload(), "POST /uploads/presign")
        self._route(
            functions.manage_upload(),
            "POST /uploads/{uploadId}/complete",
            "GET /uploads/{uploadId}/parts",
            "POST /uploads/{uploadId}/urls",
            "DELETE /uploads/{uploadId}",
        )
        self._route(
            functions.manage_versions(),
            "GET /assets/{id}/versions",
            "POST /assets/{id}/versions/{versionId}/restore",
            "DELETE /assets/{id}/versions/{versionId}",
        )
        self._route(functions.read_usage(), "GET /usage")

    def _route_steering(self, functions: SteeringFunctions) -> None:
        self._route(
            functions.manage_assets(),
            "PATCH /assets/{id}",
            "DELETE /assets/{id}",
            "POST /assets/{id}/reprocess",
        )
        self._route(
            functions.manage_jobs(),
            "GET /jobs",
            "GET /jobs/stats",
            "GET /jobs/{id}",
            "POST /jobs/{id}",
            "DELETE /jobs/{id}",
        )
        self._route(
            functions.manage_reprocessings(), "POST /reprocessings", "GET /reprocessings/{id}"
        )
        self._route(
            functions.manage_webhooks(),
            "POST /webhooks",
            "GET /webhooks",
            "GET /webhooks/{id}",
            "PATCH /webhooks/{id}",
            "DELETE /webhooks/{id}",
            "POST /webhooks/{id}/secret",
            "GET /webhooks/{id}/deliveries",
            "POST /webhooks/{id}/deliveries/{deliveryId}/replay",
        )

    def _read_assets(self) -> Function:
        table = self._storage.table.table_arn
        function = self._function(
            "read_assets",
            ReadAssetsSettings(
                table_name=self._storage.table.table_name, cursor_secret=self._cursor_key.arn
            ),
        )
        indexes = (*LISTS, CONTENT, *BANDS)
        function.allow("dynamodb:GetItem", "dynamodb:BatchGetItem", on=[table])
        function.allow("dynamodb:Query", on=[f"{table}/index/{index.name}" for index in indexes])
        self._cursor_key.read_by(function)
        return function

    def _manage_comments(self) -> Function:
        table = self._storage.table
        function = self._function(
            "manage_comments",
            ManageCommentsSettings(table_name=table.table_name, cursor_secret=self._cursor_key.arn),
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:ConditionCheckItem",
            on=[table.table_arn],
        )
        self._cursor_key.read_by(function)
        return function

    def _manage_downloads(self) -> Function:
        table, renditions = self._storage.table, self._delivery.renditions
        downloads = Downloads(
            self,
            "Downloads",
            deploy=self._deploy,
            layers=self._layers,
            table=table,
            originals=self._storage.originals,
            renditions=renditions,
        )
        function = self._function(
            "manage_downloads",
            ManageDownloadsSettings(
                table_name=table.table_name,
                renditions_bucket=renditions.bucket_name,
                queue_url=downloads.queue.queue_url,
                url_expiry=self._deploy.url_expiry,
                download_bytes_limit=self._deploy.download_bytes_limit,
            ),
        )
        function.allow("dynamodb:GetItem", on=[table.table_arn])
        function.allow("sqs:SendMessage", on=[downloads.queue.queue_arn])
        function.allow_delivered("s3:GetObject", bucket=renditions, pattern=f"{RENDITIONS}*")
        function.allow_objects(
            "s3:GetObject", "s3:PutObject", bucket=renditions, pattern=f"{DOWNLOADS}*"
        )
        # What is missing is then 404 and not 403.
        function.allow("s3:ListBucket", on=[renditions.bucket_arn])
        return function

    def _issue_ticket(self, socket: WebSocket) -> Function:
        table = self._storage.table
        function = self._function(
            "issue_ticket",
            IssueTicketSettings(table_name=table.table_name, live_endpoint=socket.endpoint),
        )
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=[table.table_arn])
        return function

    def _describe_api(self, pipeline: PipelineStack) -> Function:
        """Open to all, it may read nothing of what anybody stored."""
        table, originals = self._storage.table, self._storage.originals
        function = self._function(
            "describe_api",
            DescribeApiSettings(
                table_name=table.table_name,
                originals_bucket=originals.bucket_name,
                state_machine_arn=pipeline.machine.state_machine_arn,
            ),
        )
        function.allow("dynamodb:DescribeTable", on=[table.table_arn])
        function.allow("s3:ListBucket", on=[originals.bucket_arn])
        function.allow("states:DescribeStateMachine", on=[pipeline.machine.state_machine_arn])
        return function

    def _function(self, name: str, settings: Settings) -> Function:
        return Function(
            self,
            name,
            deploy=self._deploy,
            settings=settings,
            layers=self._layers.of("http"),
            timeout=TIMEOUT,
        )

    def _route(self, function: Function, *routes: str, open_to_all: bool = False) -> None:
        """Each of `routes`, a method and a path, calls `function`, for bearers of a token unless it
        is `open_to_all`."""
        integration = HttpLambdaIntegration(function.function_name, function.live)
        for route in routes:
            method, _, path = route.partition(" ")
            self._routes[route] = created = apigw.HttpRoute(
                self,
                route,
                http_api=self._front_door.api,
                route_key=apigw.HttpRouteKey.with_(path, apigw.HttpMethod[method]),
                integration=integration,
                authorizer=apigw.HttpNoneAuthorizer() if open_to_all else self._authorizer,
            )
            _narrow(created, function, self._front_door.api.arn_for_execute_api(method, path))
            if open_to_all:
                acknowledge(created, "AwsSolutions-APIG4", _OPEN)

    def _answer(self) -> None:
        """Once all routes are there. Raises BadSetting."""
        for unknown in sorted(self._deploy.route_limits.keys() - self._routes):
            raise BadSetting(f"routeLimits names {unknown!r}, which is no route.")
        Stage(
            self,
            "Answering",
            deploy=self._deploy,
            api=self._front_door.api,
            routes=self._routes,
        )


def _narrow(route: apigw.HttpRoute, function: Function, source: str) -> None:
    """CDK lets every method of a route's path call its function: so two on one path would."""
    permission = route.node.find_child(f"{function.function_name}-Permission")
    cast("lambda_.CfnPermission", permission).source_arn = source
