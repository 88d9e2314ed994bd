"""A secret whose template gives no value has none, and its Ref is its ARN.

MiniStack stores an empty text, which who signs would take for a key, and gives the name, to which
no policy grants anything. Documented at
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

TYPE = "AWS::SecretsManager::Secret"

Properties = Mapping[str, Any]
Resource = tuple[str, dict[str, str]]  # Ref, and what GetAtt finds


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    make, change, remove = (handlers[act] for act in ("create", "update", "delete"))

    def create(logical_id: str, properties: Properties, stack: str) -> Resource:
        name, attributes = make(logical_id, properties, stack)
        if not properties.keys() & {"SecretString", "GenerateSecretString"}:
            secretsmanager._secrets[name]["Versions"].clear()
        return attributes["Arn"], attributes

    def update(
        arn: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> Resource:
        _, attributes = change(_name(arn), old, new, stack, logical_id)
        return attributes["Arn"], attributes

    def delete(arn: str, properties: Properties) -> None:
        remove(_name(arn), properties)

    handlers |= {"create": create, "update": update, "delete": delete}
    provisioners._sm_secret_create = create  # an update that renames makes another


def _name(arn: str) -> str:
    return secretsmanager._resolve(arn)[0] or arn
