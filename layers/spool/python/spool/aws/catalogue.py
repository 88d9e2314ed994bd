"""The catalogue in its DynamoDB table.

pk ASSET#{orgId}#{mediaId}   sk ASSET            the asset, by its record's names
                             sk METADATA#{tag}   what was extracted, until published; expires
                             sk TRANSCODE#…      see spool.aws.transcodes
byProject (projectKey), byOrg (orgId), byStatus (statusKey), each sorted by uploadedKey
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.items import from_item, to_attribute, to_item
from spool.errors import NotFound
from spool.keys import AssetRef
from spool.model import Asset, Status
from spool.services.ports import AssetPage, AssetQuery, Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ASSET_SK = "ASSET"
METADATA_LIFETIME = timedelta(days=30)

_EVALUATED = 100  # items read at a time; filters drop some of them
_ROUNDS = 8  # a page ends short after this many reads, with a position to go on from


@dataclass(frozen=True, kw_only=True)
class DynamoCatalogue:
    """Implements `ports.Catalogue`."""

    table: str
    clock: Clock
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def get(self, org_id: str, media_id: str) -> Asset | None:
        item = self._read(partition_key(org_id, media_id), ASSET_SK)
        return None if item is None else Asset.from_record(item)

    def insert(self, asset: Asset) -> bool:
        item = to_item(_record(asset))
        try:
            self.client().put_item(
                TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True

    def update(self, before: Asset, after: Asset) -> bool:
        old, new = _record(before), _record(after)
        changes = {name: value for name, value in new.items() if old[name] != value}
        names = {f"#{i}": name for i, name in enumerate(changes)}
        values = {f":{i}": to_attribute(value) for i, value in enumerate(changes.values())}
        try:
            self.client().update_item(
                TableName=self.table,
                Key=to_item({"pk": new["pk"], "sk": new["sk"]}),
                UpdateExpression="SET " + ", ".join(f"#{i} = :{i}" for i in range(len(changes))),
                ConditionExpression="#rev = :before",
                ExpressionAttributeNames={**names, "#rev": "rev"},
                ExpressionAttributeValues={**values, ":before": to_attribute(before.rev)},
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True

    def store_metadata(self, ref: AssetRef, tag: str, metadata: Mapping[str, Any]) -> None:
        item = {
            "pk": partition_key(ref.org_id, ref.media_id),
            "sk": _metadata_sk(tag),
            "metadata": metadata,
            "expiresAt": int((self.clock() + METADATA_LIFETIME).timestamp()),
        }
        self.client().put_item(TableName=self.table, Item=to_item(item))

    def load_metadata(self, ref: AssetRef, tag: str) -> Mapping[str, Any]:
        item = self._read(partition_key(ref.org_id, ref.media_id), _metadata_sk(tag))
        if item is None:
            raise NotFound(f"Nothing was extracted for {ref.media_id} under {tag}.")
        metadata: Mapping[str, Any] = item["metadata"]
        return metadata

    def find(self, query: AssetQuery) -> AssetPage:
        """One page from the narrowest index. Filters drop items after they are read, so a page
        takes several reads, but a bounded number of them."""
        search = _search(query)
        assets: list[Asset] = []
        position = query.after
        for _ in range(_ROUNDS):
            if position is not None:
                search["ExclusiveStartKey"] = _start_key(query, position)
            answer = self.client().query(TableName=self.table, Limit=_EVALUATED, **search)
            items = [from_item(item) for item in answer["Items"]]
            wanted = items[: query.limit - len(assets)]
            assets += [Asset.from_record(item) for item in wanted]
            if len(items) > len(wanted):
                return AssetPage(assets, wanted[-1]["uploadedKey"])
            last = answer.get("LastEvaluatedKey")
            position = None if last is None else from_item(last)["uploadedKey"]
            if position is None or len(assets) == query.limit:
                break
        return AssetPage(assets, position)

    def _read(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self.client().get_item(
            TableName=self.table, Key=to_item({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return from_item(answer["Item"]) if "Item" in answer else None


def false_if_condition_failed(error: ClientError) -> bool:
    if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
        return False
    raise error


def partition_key(org_id: str, media_id: str) -> str:
    return f"ASSET#{org_id}#{media_id}"


def _metadata_sk(tag: str) -> str:
    return f"METADATA#{tag}"


def _record(asset: Asset) -> dict[str, Any]:
    """The asset's record with the table's and the indexes' keys."""
    return {
        **asset.to_record(),
        "pk": partition_key(asset.org_id, asset.id),
        "sk": ASSET_SK,
        "projectKey": f"{asset.org_id}#{asset.project_id}",
        "statusKey": f"{asset.org_id}#{asset.status}",
        "uploadedKey": f"{asset.uploaded_at}#{asset.id}",
    }


def _partition(query: AssetQuery) -> tuple[str, str, str]:
    """Index, its key's name and value: the narrowest that `query` allows."""
    if query.project_id is not None:
        return "byProject", "projectKey", f"{query.org_id}#{query.project_id}"
    if query.status is not None:
        return "byStatus", "statusKey", f"{query.org_id}#{query.status}"
    return "byOrg", "orgId", query.org_id


def _search(query: AssetQuery) -> dict[str, Any]:
    index, key, value = _partition(query)
    names = {"#key": key, "#at": "uploadedKey", "#status": "status"}
    values = {":key": value, ":since": query.since or "0", ":until": f"{query.until or '~'}~"}
    if query.status is None:
        filters, values[":status"] = ["#status <> :status"], Status.DELETED.value
    else:
        filters, values[":status"] = ["#status = :status"], query.status.value
    if query.type is not None:
        filters.append("#type = :type")
        names["#type"], values[":type"] = "type", query.type.value
    return {
        "IndexName": index,
        "ScanIndexForward": False,
        "KeyConditionExpression": "#key = :key AND #at BETWEEN :since AND :until",
        "FilterExpression": " AND ".join(filters),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_item(values),
    }


def _start_key(query: AssetQuery, position: str) -> dict[str, Any]:
    _, key, value = _partition(query)
    media_id = position.partition("#")[2]
    keys = {
        "pk": partition_key(query.org_id, media_id),
        "sk": ASSET_SK,
        key: value,
        "uploadedKey": position,
    }
    return to_item(keys)
