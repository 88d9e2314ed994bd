"""An HTTP API answers scripts of the origins that its template allows.

MiniStack keeps the template's CORS configuration under the names that CloudFormation has for its
parts, and looks for them under those of the API, so that it allows nothing:
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html#apis-apiid-model-cors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import provisioners

TYPE = "AWS::ApiGatewayV2::Api"

Properties = Mapping[str, Any]
Resource = tuple[str, dict[str, str]]  # Ref, and what GetAtt finds


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    make, change = handlers["create"], handlers["update"]

    def create(logical_id: str, properties: Properties, stack: str) -> Resource:
        return make(logical_id, _as_the_api(properties), stack)  # type: ignore[no-any-return]

    def update(
        name: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> Resource:
        return change(name, old, _as_the_api(new), stack, logical_id)  # type: ignore[no-any-return]

    handlers |= {"create": create, "update": update}


def _as_the_api(properties: Properties) -> Properties:
    """The configuration's parts as `allowOrigins` and the like."""
    given = properties.get("CorsConfiguration")
    if not given:
        return properties
    cors = {f"{name[0].lower()}{name[1:]}": value for name, value in given.items()}
    return {**properties, "CorsConfiguration": cors}
