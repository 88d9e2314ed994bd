"""The catalogue's records of assets, changed behind the functions' backs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.cloud import Cloud

ASSET = "ASSET"
_KINDS: Mapping[type, str] = {str: "S", int: "N", bool: "BOOL"}


class Records:
    """Each by its asset's media id and its sort key."""

    def __init__(self, cloud: Cloud) -> None:
        self._table, self._name = cloud.client("dynamodb"), cloud.outputs["TableName"]

    def get(self, media_id: str, sort: str) -> dict[str, Any]:
        """Attributes' values without their types."""
        item = self._table.get_item(TableName=self._name, Key=_key(media_id, sort))["Item"]
        return {name: next(iter(value.values())) for name, value in item.items()}

    def set(self, media_id: str, sort: str, values: Mapping[str, Any]) -> None:
        """Change a record, or make it."""
        self._table.update_item(
            TableName=self._name,
            Key=_key(media_id, sort),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{k}": _attribute(v) for k, v in values.items()},
        )

    def unset(self, media_id: str, sort: str, *names: str) -> None:
        """Take these attributes from a record."""
        self._table.update_item(
            TableName=self._name,
            Key=_key(media_id, sort),
            UpdateExpression="REMOVE " + ", ".join(f"#{name}" for name in names),
            ExpressionAttributeNames={f"#{name}": name for name in names},
        )

    def sorts(self, media_id: str) -> list[str]:
        """The sort keys of all that is kept of the asset."""
        answer = self._table.query(
            TableName=self._name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": _key(media_id, ASSET)["pk"]},
        )
        return [item["sk"]["S"] for item in answer["Items"]]

    def copy(self, media_id: str, new_id: str, **changes: Any) -> None:
        """The asset's record once more, under another id wherever it names its own."""
        item = self._table.get_item(TableName=self._name, Key=_key(media_id, ASSET))["Item"]
        copied = json.loads(json.dumps(item).replace(media_id, new_id))
        changed = {name: _attribute(value) for name, value in changes.items()}
        self._table.put_item(TableName=self._name, Item={**copied, **changed})

    def remove(self, media_id: str) -> None:
        self._table.delete_item(TableName=self._name, Key=_key(media_id, ASSET))


def expire_upload(cloud: Cloud, org: str, media_id: str) -> None:
    """Make the asset's first upload one that should have come long ago."""
    key = {"pk": {"S": f"ASSET#{org}#{media_id}"}, "sk": {"S": ASSET}}
    cloud.client("dynamodb").update_item(
        TableName=cloud.outputs["TableName"],
        Key=key,
        UpdateExpression="SET uploads[0].expiresAt = :past, expiryKey = :past",
        ExpressionAttributeValues={":past": {"S": "2020-01-01T00:00:00.000Z"}},
    )


def _attribute(value: Any) -> dict[str, Any]:
    return {_KINDS[type(value)]: str(value) if type(value) is int else value}


def _key(media_id: str, sort: str) -> dict[str, Any]:
    return {"pk": {"S": f"ASSET#default#{media_id}"}, "sk": {"S": sort}}
