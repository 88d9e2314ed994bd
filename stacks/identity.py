"""Who calls: the user pool, its clients, and the authorizer that knows their tokens."""

from __future__ import annotations

from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_apigatewayv2 as apigw

from stacks.config import DeploySettings
from stacks.constructs.machines import Machines, output_name
from stacks.constructs.people import People


class IdentityStack(Stack):
    """The authorizer lives with the clients whose tokens it takes: in another stack it would import
    their ids, and what is imported can't be taken away."""

    def __init__(
        self, app: App, stack_name: str, *, deploy: DeploySettings, http_api: apigw.HttpApi
    ) -> None:
        super().__init__(app, stack_name, description="Spool: people, machines and their tokens")
        people = People(self, "People", deploy=deploy)
        machines = Machines(self, "Machines", pool=people.pool, names=deploy.machine_clients)
        clients = [people.client, *machines.clients.values()]
        self.authorizer_id = apigw.HttpAuthorizer(
            self,
            "Authorizer",
            http_api=http_api,
            type=apigw.HttpAuthorizerType.JWT,
            identity_source=["$request.header.Authorization"],
            jwt_issuer=people.issuer,
            jwt_audience=[client.user_pool_client_id for client in clients],
        ).authorizer_id
        CfnOutput(self, "UserPoolId", value=people.pool.user_pool_id)
        CfnOutput(self, "UserClientId", value=people.client.user_pool_client_id)
        CfnOutput(self, "TokenUrl", value=people.token_url)
        for name, client in machines.clients.items():
            CfnOutput(self, output_name(name), value=client.user_pool_client_id)
