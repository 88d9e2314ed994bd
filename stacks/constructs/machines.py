"""Machine clients: programs that call the API in their own name, by client credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.constructs.l1 import resource_of

IDENTIFIER, SCOPE = "spool", "api"


class Machines(Construct):
    """One confidential client for each of `names`; what it may do is said by its member item in the
    catalogue, as of people. Its secret is nowhere but with Cognito."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pool: cognito.IUserPool,
        names: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._pool = pool
        self._scope = cognito.ResourceServerScope(
            scope_name=SCOPE, scope_description="Call the API"
        )
        self._server = pool.add_resource_server("Api", identifier=IDENTIFIER, scopes=[self._scope])
        self.clients: Mapping[str, cognito.IUserPoolClient] = {
            name: self._client(name) for name in names
        }

    def _client(self, name: str) -> cognito.IUserPoolClient:
        client = cognito.UserPoolClient(
            self,
            output_name(name),
            user_pool=self._pool,
            user_pool_client_name=name,
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[cognito.OAuthScope.resource_server(self._server, self._scope)],
            ),
            access_token_validity=Duration.minutes(60),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )
        # Without any, Cognito lets people sign in by it.
        resource_of(client, cognito.CfnUserPoolClient).explicit_auth_flows = [
            "ALLOW_REFRESH_TOKEN_AUTH"
        ]
        return client


def output_name(name: str) -> str:
    """`MachineClientNightlyImport` of `nightly-import`."""
    return "MachineClient" + "".join(word.capitalize() for word in name.split("-"))
