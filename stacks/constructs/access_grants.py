"""The function that signs what is under `/p/` for those who may see it."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from grant_access.settings import GrantAccessSettings
from spool.keys import PRIVATE, RENDITIONS
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.http_api import TIMEOUT
from stacks.constructs.layer import Layers
from stacks.constructs.private_content import PrivateContent


def grant_access(
    scope: Construct,
    *,
    deploy: DeploySettings,
    layers: Layers,
    table: dynamodb.ITable,
    renditions: s3.IBucket,
    private: PrivateContent | None,
    cdn_url: str,
) -> Function:
    """In the stack of the keys: their ids could not be exported, since a key that another stack
    imports can't be taken away."""
    keys = {key.public_key_id: pem for key, pem in private.public_keys} if private else {}
    function = Function(
        scope,
        "grant_access",
        deploy=deploy,
        settings=GrantAccessSettings(
            table_name=table.table_name,
            renditions_bucket=renditions.bucket_name,
            cdn_url=cdn_url,
            access_expiry=deploy.access_expiry,
            public_keys=Stack.of(scope).to_json_string(keys),
            signing_secret=private.secret.ref if private else "",
        ),
        layers=layers.of("http", "signing"),
        timeout=TIMEOUT,
        version_description=cdn_url,
    )
    function.allow("dynamodb:GetItem", on=[table.table_arn])
    function.allow_objects("s3:GetObject", bucket=renditions, pattern=f"{PRIVATE}{RENDITIONS}*")
    # What is missing is then 404 and not 403.
    function.allow("s3:ListBucket", on=[renditions.bucket_arn])
    if private:
        function.allow("secretsmanager:GetSecretValue", on=[private.secret.ref])
    return function
