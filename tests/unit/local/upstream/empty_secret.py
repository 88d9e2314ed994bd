from __future__ import annotations

import json
import sys
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from local.emulator.corrections import empty_secret

TYPE = empty_secret.TYPE


def value(reference: str) -> str:
    """The secret's, or the error's code."""
    _, _, body = secretsmanager._get_secret_value({"SecretId": reference})
    answer = json.loads(body)
    return str(answer.get("SecretString", answer.get("__type")))


def made(name: str, **properties: Any) -> dict[str, Any]:
    """What a stack's secret is when it is made, filled, changed by the stack, and deleted."""
    properties["Name"] = name
    reference, attributes = provisioners._provision_resource(TYPE, "Secret", properties, "stack")
    first = value(reference)
    secretsmanager._put_secret_value({"SecretId": reference, "SecretString": "filled"})
    changed = {**properties, "Description": "changed"}
    same, _ = provisioners._update_resource(TYPE, reference, properties, changed, "stack", "Secret")
    kept = value(same)
    provisioners._delete_resource(TYPE, same, changed)
    return {
        "Ref": "ARN" if reference == attributes["Arn"] else reference,
        "value": first,
        "after an update": [same == reference, kept],
        "after deletion": value(reference),
    }


if __name__ == "__main__":
    before = made("before")
    empty_secret.apply()
    json.dump([before, [made("empty"), made("given", SecretString="given")]], sys.stdout)
