"""What a resource policy lets a distribution do, as statements of an identity policy.

Sources: "Restrict access to an Amazon S3 origin" and "Restrict access to an AWS Lambda function URL
origin" in the CloudFront Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

PRINCIPAL = "cloudfront.amazonaws.com"

Statement = Mapping[str, Any]


def granted(policy: Mapping[str, Any], distribution_arn: str) -> list[Statement]:
    """The statements of `policy` that are about CloudFront on behalf of that distribution. Their
    conditions on the source are settled; the others stay."""
    listed = policy.get("Statement", [])
    statements = [listed] if isinstance(listed, dict) else listed
    account = distribution_arn.split(":")[4]
    source = {"aws:sourcearn": distribution_arn, "aws:sourceaccount": account}
    return [
        _as_identitys(statement)
        for statement in statements
        if PRINCIPAL in _services(statement) and _is_met(statement, source)
    ]


def callable_urls(statements: Iterable[Statement]) -> list[Statement]:
    """The statements that let a Function URL be called: on AWS the URL's own permission needs that
    of the function beside it, which the emulator does not ask for."""
    both = {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    listed = list(statements)
    return listed if both <= {a for s in listed for a in _several(s["Action"])} else []


def _services(statement: Statement) -> list[str]:
    principal = statement.get("Principal", {})
    return _several(principal.get("Service", [])) if isinstance(principal, dict) else []


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _is_met(statement: Statement, source: Mapping[str, str]) -> bool:
    return all(
        any(fnmatchcase(source[key.lower()], pattern) for pattern in _several(wanted))
        for keys in statement.get("Condition", {}).values()
        for key, wanted in keys.items()
        if key.lower() in source
    )


def _as_identitys(statement: Statement) -> Statement:
    settled = {"aws:sourcearn", "aws:sourceaccount"}
    conditions = {
        operator: {key: value for key, value in keys.items() if key.lower() not in settled}
        for operator, keys in statement.get("Condition", {}).items()
    }
    kept = {operator: keys for operator, keys in conditions.items() if keys}
    rest = {k: v for k, v in statement.items() if k not in {"Principal", "Condition", "Sid"}}
    return {**rest, "Condition": kept} if kept else rest
