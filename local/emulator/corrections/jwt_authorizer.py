"""A JWT authorizer refuses, with 401, a token that doesn't say when it ends, and what is no token.

MiniStack takes one without `exp` for good for ever, and fails at header or claims that are no
objects, or times that are no numbers. What AWS checks:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway

Verdict = tuple[dict[str, Any] | None, list[str] | None, Any]  # claims, scopes, refusal


def apply() -> None:
    validate = apigateway._validate_jwt_authorizer

    async def validate_strictly(*request: Any) -> Verdict:
        try:
            claims, scopes, refusal = await validate(*request)
        except (AttributeError, TypeError, ValueError):
            return None, None, apigateway._jwt_unauthorized()
        if refusal is None and "exp" not in claims:
            return None, None, apigateway._jwt_unauthorized()
        return claims, scopes, refusal

    apigateway._validate_jwt_authorizer = validate_strictly
