"""The HTTP API: its front door, and the stage that answers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_apigatewayv2 as apigw
from constructs import Construct

from stacks.config import DeploySettings
from stacks.constructs.l1 import resource_of
from stacks.constructs.logs import log_group

TIMEOUT = Duration.seconds(29)
"""Of functions behind the API, which waits 30 s."""

ACCESS_LOG = json.dumps(
    {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "time": "$context.requestTime",
        "route": "$context.routeKey",
        "status": "$context.status",
        "bytes": "$context.responseLength",
        "latency": "$context.responseLatency",
        "caller": "$context.authorizer.claims.sub",
        "authorizerError": "$context.authorizer.error",
        "integrationError": "$context.integrationErrorMessage",
    }
)


class FrontDoor(Construct):
    """The HTTP API without its routes, open to scripts of `origins`."""

    def __init__(self, scope: Construct, construct_id: str, *, origins: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        self.api = apigw.HttpApi(
            self,
            "HttpApi",
            create_default_stage=False,
            cors_preflight=apigw.CorsPreflightOptions(
                allow_origins=list(origins),
                allow_methods=[
                    apigw.CorsHttpMethod.GET,
                    apigw.CorsHttpMethod.POST,
                    apigw.CorsHttpMethod.PATCH,
                    apigw.CorsHttpMethod.DELETE,
                ],
                allow_headers=["authorization", "content-type", "x-correlation-id"],
                expose_headers=["x-correlation-id"],
                max_age=Duration.hours(1),
            ),
        )

    @property
    def domain_name(self) -> str:
        return f"{self.api.api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"


class Stage(Construct):
    """The stage that answers, logged, each of its `routes` throttled by itself. API Gateway refuses
    the settings of a route that isn't there, so the stage comes after them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        api: apigw.IHttpApi,
        routes: Mapping[str, apigw.HttpRoute],
    ) -> None:
        super().__init__(scope, construct_id)
        stage = apigw.HttpStage(
            self,
            "Stage",
            http_api=api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(
                rate_limit=deploy.api_rate_limit, burst_limit=deploy.api_burst_limit
            ),
        )
        resource = resource_of(stage, apigw.CfnStage)
        resource.route_settings = {key: _throttled(deploy, key) for key in routes}
        resource.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group(self, "AccessLogs", deploy=deploy).log_group_arn,
            format=ACCESS_LOG,
        )
        stage.node.add_dependency(*routes.values())


def _throttled(deploy: DeploySettings, route_key: str) -> Mapping[str, int]:
    """A route's own rate has as much of a burst as the API's has."""
    rate = deploy.route_limits.get(route_key, deploy.api_rate_limit)
    burst = math.ceil(rate * deploy.api_burst_limit / deploy.api_rate_limit)
    return {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
