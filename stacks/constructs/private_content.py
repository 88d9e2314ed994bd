"""What makes `/p/` private: the public keys that CloudFront trusts, and the secret that signs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.names import regional_name


class PrivateContent(Construct):
    """`key_group` trusts the public keys of `pems`; `secret` is to hold the private half of one.

    The secret has no value until an operator puts it there: no key ever passes a template.
    """

    def __init__(self, scope: Construct, construct_id: str, *, pems: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        self.public_keys = [(self._public_key(pem), pem) for pem in pems]
        self.key_group = cloudfront.KeyGroup(
            self,
            "KeyGroup",
            key_group_name=regional_name(self, "KeyGroup"),
            items=[key for key, _ in self.public_keys],
        )
        self.secret = secretsmanager.CfnSecret(
            self, "SigningKey", description="Spool: private key (PEM) that signs private content"
        )
        self.secret.apply_removal_policy(RemovalPolicy.RETAIN)
        acknowledge(
            self.secret,
            "AwsSolutions-SMG4",
            "Its public half is a setting: both are replaced by hand, as docs/operations.md says.",
        )
        CfnOutput(Stack.of(self), "SigningKeySecret", value=self.secret.ref)

    def _public_key(self, pem: str) -> cloudfront.PublicKey:
        """Named by its content: a key can't be changed, and beside its successor it stays."""
        digest = hashlib.sha256(pem.strip().encode()).hexdigest()[:8]
        return cloudfront.PublicKey(
            self,
            f"Key{digest}",
            public_key_name=regional_name(self, f"Key{digest}"),
            encoded_key=pem if pem.endswith("\n") else f"{pem}\n",
        )
