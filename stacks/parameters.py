"""Stack parameters: what one template leaves open, since it is deployed in several places.

Each is empty unless given, and only then overrides what the settings say. A setting as a
parameter's default would hold at the first deployment only: the CDK CLI goes on with a parameter's
previous value.
"""

from __future__ import annotations

from aws_cdk import CfnCondition, CfnOutput, CfnParameter, Fn, IResolvable, Stack, Token

from stacks.config import DeploySettings

_ORIGIN = r"(https?://[A-Za-z0-9.:-]+|\*)"


def allowed_origins(stack: Stack, deploy: DeploySettings) -> list[str]:
    given = CfnParameter(
        stack,
        "AllowedOrigins",
        default="",
        allowed_pattern=rf"({_ORIGIN}(,{_ORIGIN})*)?",
        description="Origins of the web pages that may upload and read by script, with commas "
        "between them; the setting allowedOrigins when empty.",
    )
    origins = Fn.split(",", given.value_as_string)
    return Token.as_list(
        _unless_empty(given, "HasAllowedOrigins", origins, list(deploy.allowed_origins))
    )


def public_url(stack: Stack, domain_name: str) -> str:
    """Where browsers reach the distribution: `https://{domain_name}` unless the parameter says."""
    given = CfnParameter(
        stack,
        "PublicUrl",
        default="",
        allowed_pattern=r"(https?://[A-Za-z0-9.:-]+)?",
        description="Where browsers reach the CDN, when not by its own domain name; no slash.",
    )
    ours = f"https://{domain_name}"
    url = _unless_empty(given, "HasPublicUrl", given.value_as_string, ours).to_string()
    CfnOutput(stack, "CdnUrl", value=url)
    return url


def _unless_empty(
    given: CfnParameter, condition_id: str, value: object, otherwise: object
) -> IResolvable:
    condition = CfnCondition(
        Stack.of(given),
        condition_id,
        expression=Fn.condition_not(Fn.condition_equals(given.value_as_string, "")),
    )
    return Fn.condition_if(condition.logical_id, value, otherwise)
