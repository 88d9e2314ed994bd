"""The WebSocket API: its stage, and who may say something to its connections."""

from __future__ import annotations

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk.aws_apigatewayv2_authorizers import WebSocketLambdaAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration
from constructs import Construct

from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.function import Function
from stacks.constructs.l1 import resource_of

STAGE = "live"
TICKET = "route.request.querystring.ticket"


class WebSocket(Construct):
    """`endpoint` is its stage as it is managed; who connects says `wss` instead."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.api = apigw.WebSocketApi(self, "Api", description="Spool: live status")

    @property
    def domain_name(self) -> str:
        return f"{self.api.api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"

    @property
    def endpoint(self) -> str:
        return f"https://{self.domain_name}/{STAGE}"

    @property
    def url(self) -> str:
        return f"wss://{self.domain_name}/{STAGE}"

    def answer(self, *, deploy: DeploySettings, authorizer: Function, manager: Function) -> None:
        """Have `manager` hear of who connects, which `authorizer` allows, of all that is said, and
        of who is gone."""
        ticket = WebSocketLambdaAuthorizer("Ticket", authorizer.live, identity_source=[TICKET])
        for key in ("$connect", "$disconnect", "$default"):
            route = self.api.add_route(
                key,
                integration=WebSocketLambdaIntegration(f"{key[1:]}-integration", manager.live),
                authorizer=ticket if key == "$connect" else None,
            )
            if key != "$connect":
                acknowledge(
                    route,
                    "AwsSolutions-APIG4",
                    "API Gateway authorizes a WebSocket where it connects, and there only.",
                )
        stage = apigw.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(
                rate_limit=deploy.api_rate_limit, burst_limit=deploy.api_burst_limit
            ),
        )
        acknowledge(
            resource_of(stage, apigw.CfnStage),
            "AwsSolutions-APIG1",
            "A WebSocket API's access log takes a role that is set for all APIs of the account's "
            "region, which is not ours to set; the function logs who comes, says what, and goes.",
        )

    def let_tell(self, function: Function) -> None:
        """`function` may say something to any connection, and close it."""
        for method in ("POST", "DELETE"):
            connections = Stack.of(function).format_arn(
                service="execute-api",
                resource=self.api.api_id,
                resource_name=f"{STAGE}/{method}/@connections/*",
                arn_format=ArnFormat.SLASH_RESOURCE_NAME,
            )
            function.allow("execute-api:ManageConnections", on=[connections])
            acknowledge(
                function.role,
                f"AwsSolutions-IAM5[Resource::{self._shown(function)}/{STAGE}/{method}"
                "/@connections/*]",
                "Connections are made as clients come; the ARN names their API and what is done.",
            )

    def _shown(self, function: Function) -> str:
        """The API's ARN as cdk-nag prints it."""
        stack = Stack.of(function)
        ref = stack.get_logical_id(resource_of(self.api, apigw.CfnApi))
        return f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{ref}>"
