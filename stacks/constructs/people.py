"""The user pool: who can sign in, how, and with what."""

from __future__ import annotations

from aws_cdk import Aws, Duration, Fn, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.config import DeploySettings
from stacks.constructs.acknowledge import acknowledge

_HOUR = Duration.minutes(60)
_INVITATION = """\
You are invited to Spool.

Sign in with this address and the temporary password {####} ({username} is your account); \
you are asked for a password of your own then. The invitation is good for a week.
"""


class People(Construct):
    """Signed in by their e-mail address, by invitation unless `selfSignUp`. Whoever may sign in may
    still do nothing: the catalogue says of which organisation somebody is a member."""

    def __init__(self, scope: Construct, construct_id: str, *, deploy: DeploySettings) -> None:
        super().__init__(scope, construct_id)
        self.pool = _pool(self, deploy)
        self.domain = self.pool.add_domain(
            "Domain",
            # Its names are everyone's of a region, and the stack's own id is nobody else's.
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"spool-{_stack_guid()}"),
        )
        self.client = self.pool.add_client(
            "People",
            # SRP for pages; the password itself, over TLS, for who has no SRP at hand, like curl.
            auth_flows=cognito.AuthFlow(user_srp=True, user_password=True),
            disable_o_auth=True,
            generate_secret=False,
            access_token_validity=_HOUR,
            id_token_validity=_HOUR,
            refresh_token_validity=Duration.days(30),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{self.pool.user_pool_id}"

    @property
    def token_url(self) -> str:
        """Where machines get their tokens."""
        host = f"{self.domain.domain_name}.auth.{Aws.REGION}.amazoncognito.com"
        return f"https://{host}/oauth2/token"


def _pool(scope: Construct, deploy: DeploySettings) -> cognito.UserPool:
    pool = cognito.UserPool(
        scope,
        "Pool",
        feature_plan=cognito.FeaturePlan.LITE,  # all that is used here, at the lowest price
        sign_in_aliases=cognito.SignInAliases(email=True),
        sign_in_case_sensitive=False,
        self_sign_up_enabled=deploy.self_sign_up,
        auto_verify=cognito.AutoVerifiedAttrs(email=True),
        keep_original=cognito.KeepOriginalAttrs(email=True),
        standard_attributes=cognito.StandardAttributes(
            email=cognito.StandardAttribute(required=True, mutable=True)
        ),
        user_invitation=cognito.UserInvitationConfig(
            email_subject="Your invitation to Spool", email_body=_INVITATION
        ),
        password_policy=cognito.PasswordPolicy(
            min_length=12,
            require_lowercase=True,
            require_uppercase=True,
            require_digits=True,
            require_symbols=True,
            temp_password_validity=Duration.days(7),
        ),
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=deploy.deletion_protection,
        removal_policy=RemovalPolicy.RETAIN,
    )
    acknowledge(
        pool,
        "AwsSolutions-COG2",
        "A second factor is everyone's own choice: demanded, it would shut out who has no device.",
    )
    acknowledge(
        pool, "AwsSolutions-COG8", "Threat protection is a paid plan: an account's own choice."
    )
    return pool


def _stack_guid() -> str:
    return Fn.select(2, Fn.split("/", Aws.STACK_ID))
