"""The shortest stories that need everything the roles of webhooks' functions allow."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial

from local.cloud import Cloud
from tests.integration.frontend import Frontend
from tests.integration.functions import Functions

Scenario = Callable[[], None]
LONG_AGO = "2025-01-15T10:00:00.000Z"
NOWHERE = "http://127.0.0.1:1024/"  # where nobody listens


def scenarios(cloud: Cloud, frontend: Frontend) -> Mapping[str, list[Scenario]]:
    """By function, as in `scenarios.of`."""
    return {
        "managewebhooks": [partial(_forged, cloud, frontend), partial(_managed, cloud)],
        "fanoutwebhooks": [partial(_delivered, cloud)],
        "deliverwebhook": [partial(_delivered, cloud)],
    }


def _forged(cloud: Cloud, frontend: Frontend) -> None:
    """A cursor, by one who never read the key of cursors before."""
    functions = Functions(cloud)
    version = functions.forgetful("manage_webhooks")
    forged = {
        "routeKey": "GET /webhooks/{id}/deliveries",
        "pathParameters": {"id": "webhook_0"},
        "queryStringParameters": {"cursor": "Zm9yZ2Vk"},
    }
    status = functions.status("manage_webhooks", version, claims=frontend.claims, **forged)
    assert status == 400


def _news(org: str) -> dict[str, object]:
    detail = {"id": "m", "orgId": org, "status": "ready", "rev": 1, "at": LONG_AGO}
    return {"detail-type": "Asset Status Changed", "detail": detail}


def _managed(cloud: Cloud) -> None:
    org = f"hooks-{uuid.uuid4().hex[:8]}"
    with Frontend.member(cloud, org=org) as member:
        made = member.request("POST", "/webhooks", json={"url": NOWHERE})
        assert made.status_code == 201, made.text
        path = f"/webhooks/{made.json()['id']}"
        assert member.request("PATCH", path, json={"status": "paused"}).is_success
        assert Functions(cloud).took("fan_out_webhooks", _news(org))  # skipped
        assert member.request("PATCH", path, json={"status": "active"}).is_success
        log = member.request("GET", f"{path}/deliveries")
        assert log.is_success, log.text
        (delivery,) = log.json()["items"]
        replay = member.request("POST", f"{path}/deliveries/{delivery['eventId']}/replay")
        assert replay.status_code == 202, replay.text
        assert member.request("DELETE", path).status_code == 204


def _delivered(cloud: Cloud) -> None:
    """Told twice; tried for the first time, and for the last after a day of failing."""
    functions, org = Functions(cloud), f"hooks-{uuid.uuid4().hex[:8]}"
    with Frontend.member(cloud, org=org) as member:
        made = member.request("POST", "/webhooks", json={"url": NOWHERE}).json()
        for _ in range(2):
            assert functions.took("fan_out_webhooks", _news(org))
        log = member.request("GET", f"/webhooks/{made['id']}/deliveries").json()
        message = {
            "orgId": org,
            "webhookId": made["id"],
            "eventId": log["items"][0]["eventId"],
            "round": 1,
        }
        assert functions.took("deliver_webhook", message)
        endpoint = {"pk": {"S": f"ORG#{org}"}, "sk": {"S": f"WEBHOOK#{made['id']}"}}
        delivery = {
            "pk": {"S": f"WEBHOOK#{org}#{made['id']}"},
            "sk": {"S": f"DELIVERY#{message['eventId']}"},
        }
        _set(cloud, delivery, {"tries": {"N": "10"}, "dueAt": {"S": LONG_AGO}})
        _set(cloud, endpoint, {"failingSince": {"S": LONG_AGO}})
        assert functions.took("deliver_webhook", message)
        found = member.request("GET", f"/webhooks/{made['id']}").json()
        assert found["status"] == "paused"


def _set(
    cloud: Cloud, key: Mapping[str, Mapping[str, str]], values: Mapping[str, Mapping[str, str]]
) -> None:
    cloud.client("dynamodb").update_item(
        TableName=cloud.outputs["TableName"],
        Key=dict(key),
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )
