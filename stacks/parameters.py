"""Stack parameters: what one template leaves open, since it is deployed in several places."""

from __future__ import annotations

from aws_cdk import CfnCondition, CfnOutput, CfnParameter, Fn, Stack

from stacks.config import DeploySettings


def allowed_origins(stack: Stack, deploy: DeploySettings) -> CfnParameter:
    return CfnParameter(
        stack,
        "AllowedOrigins",
        type="CommaDelimitedList",
        default=",".join(deploy.allowed_origins),
        description="Origins of the web pages that may upload and read by script.",
    )


def public_url(stack: Stack, domain_name: str) -> str:
    """Where browsers reach the distribution: `https://{domain_name}` unless the parameter says.

    The value is an export, since a condition can't be read from another stack.
    """
    given = CfnParameter(
        stack,
        "PublicUrl",
        default="",
        allowed_pattern=r"(https?://[A-Za-z0-9.:-]+)?",
        description="Where browsers reach the CDN, when not by its own domain name; no slash.",
    ).value_as_string
    is_given = CfnCondition(
        stack,
        "HasPublicUrl",
        expression=Fn.condition_not(Fn.condition_equals(given, "")),
    )
    url = Fn.condition_if(is_given.logical_id, given, f"https://{domain_name}")
    CfnOutput(stack, "CdnUrl", value=url.to_string())
    return stack.export_value(url.to_string(), name=f"{stack.stack_name}-CdnUrl")
