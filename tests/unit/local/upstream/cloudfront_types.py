from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

from local.emulator.corrections import cloudfront_types

KEY = "AWS::CloudFront::PublicKey"
GROUP = "AWS::CloudFront::KeyGroup"
MONITORING = "AWS::CloudFront::MonitoringSubscription"


def key(name: str, **changes: str) -> dict[str, Any]:
    return {
        "PublicKeyConfig": {
            "CallerReference": name,
            "Name": name,
            "EncodedKey": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
            **changes,
        }
    }


def group(*keys: str) -> dict[str, Any]:
    return {"KeyGroupConfig": {"Name": "group", "Items": list(keys)}}


def monitoring(status: str) -> dict[str, Any]:
    config = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": status}}
    return {"DistributionId": "EDFDVBD6EXAMPLE", "MonitoringSubscription": config}


def create(kind: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    made: tuple[str, dict[str, str]]
    made = provisioners._provision_resource(kind, "Logical", properties, "stack")
    return made


def failure(act: Callable[..., Any], *arguments: Any) -> str:
    """What the stack's events say."""
    try:
        act(*arguments)
    except ValueError as error:
        return str(error)
    return ""


def refusals() -> dict[str, str]:
    return {kind: failure(create, kind, {}) for kind in (KEY, GROUP, MONITORING)}


def rotated() -> dict[str, Any]:
    """A key is replaced by another, and what each step leaves."""
    old, attributes = create(KEY, key("old"))
    trusted, group_attributes = create(GROUP, group(old))
    new, _ = create(KEY, key("new"))
    update, delete = provisioners._update_resource, provisioners._delete_resource
    update(KEY, new, key("new"), key("new", Comment="since May"), "stack")
    changed = failure(update, KEY, new, key("new"), key("new", EncodedKey="another"), "stack")
    in_use = failure(delete, KEY, old, key("old"))
    same, _ = update(GROUP, trusted, group(old), group(new), "stack")
    delete(KEY, old, key("old"))
    left = [record["Config"] for record in cloudfront._public_keys.values()]
    items = cloudfront._key_groups[trusted]["Config"]["Items"]
    delete(GROUP, trusted, group(new))
    delete(KEY, new, key("new"))
    delete(KEY, new, key("new"))
    return {
        "key's attributes": [attributes["Id"] == old, sorted(attributes)],
        "group's attributes": [group_attributes["Id"] == trusted, sorted(group_attributes)],
        "changed": changed,
        "in use": in_use,
        "group is the same": same == trusted,
        "trusts the new one only": items == [new],
        "comments": {config["Name"]: config["Comment"] for config in left},
        "left at the end": len(cloudfront._public_keys) + len(cloudfront._key_groups),
    }


def monitored() -> list[Any]:
    missing = failure(create, MONITORING, monitoring("Enabled"))
    distribution: dict[str, Any] = {"Id": "EDFDVBD6EXAMPLE"}
    cloudfront._distributions["EDFDVBD6EXAMPLE"] = distribution
    enabled, disabled = monitoring("Enabled"), monitoring("Disabled")
    reference, _ = create(MONITORING, enabled)
    first = distribution["MonitoringSubscription"]
    provisioners._update_resource(MONITORING, reference, enabled, disabled, "stack")
    second = distribution["MonitoringSubscription"]
    provisioners._delete_resource(MONITORING, reference, disabled)
    statuses = [list(state.values()) for state in (first, second)]
    return [missing, reference, *statuses, distribution["MonitoringSubscription"]]


if __name__ == "__main__":
    before = refusals()
    cloudfront_types.apply()
    json.dump([before, {**rotated(), "monitored": monitored()}], sys.stdout)
