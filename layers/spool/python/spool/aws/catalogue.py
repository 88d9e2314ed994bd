"""The catalogue in its DynamoDB table.

pk ASSET#{orgId}#{mediaId}   sk ASSET            the asset, by its record's names
                             sk METADATA#{tag}   what was extracted, until published; expires
                             sk VERSION#…        see spool.aws.catalogue_writes
                             sk TRANSCODE#…      see spool.aws.transcodes
and in the indexes of spool.indexes; a deleted asset only in those lists that are of its status
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue_writes import (
    EVENTS_RETURN,
    VERSION,
    bar_version,
    count,
    count_day,
    delete_items,
    is_removed,
    put_version,
    remove_version,
    version_of,
    write_together,
)
from spool.aws.items import from_item, to_item
from spool.aws.lists import find_page
from spool.errors import NotFound
from spool.indexes import EXPIRY, LISTED, Filters, fingerprints
from spool.keys import AssetRef
from spool.model import Asset, Status, Version
from spool.quotas import DayUsage, Usage
from spool.services.ports import NOTHING, AssetPage, AssetQuery, Beside, Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ASSET_SK = "ASSET"
ASSETS = "assets"
"""The kind of their lists."""
EXPIRING = "uploads"
"""The one partition of byExpiry: an index takes 1,000 writes a second there, and the API fewer."""
METADATA_LIFETIME = timedelta(days=30)

_KEPT = (ASSET_SK, "TRANSCODE#")


@dataclass(frozen=True, kw_only=True)
class DynamoCatalogue:
    """Implements `ports.Catalogue`."""

    table: str
    clock: Clock
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def get(self, org_id: str, media_id: str) -> Asset | None:
        item = self._read(partition_key(org_id, media_id), ASSET_SK)
        return None if item is None else Asset.from_record(item)

    def insert(self, asset: Asset, beside: Beside = NOTHING) -> bool:
        put = {
            "TableName": self.table,
            "Item": to_item(asset_item(asset)),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        return self._write({"Put": put}, None, asset, beside)

    def update(self, before: Asset, after: Asset, beside: Beside = NOTHING) -> bool:
        return self._write({"Update": self._changes(before, after)}, before, after, beside)

    def _write(
        self, write: Mapping[str, Any], before: Asset | None, after: Asset, beside: Beside
    ) -> bool:
        """What counts for nothing needs no transaction, which costs twice as much."""
        change = Usage.of(after) - Usage.of(before)
        partition = partition_key(after.org_id, after.id)
        actions = [write]
        if beside.adds is not None:
            actions.append(put_version(self.table, partition, beside.adds))
        if beside.removes is not None:
            until = self.clock() + EVENTS_RETURN
            actions.append(remove_version(self.table, partition, beside.removes, until))
        counted = None
        if change != Usage():
            counted = len(actions)
            actions.append(count(self.table, after.org_id, change, beside.limits))
        versions = 0 if beside.adds is None else 1
        day = DayUsage.of(self.clock().date().isoformat(), change, versions=versions)
        if day != DayUsage(date=day.date):
            actions.append(count_day(self.table, after.org_id, day))
        if len(actions) == 1:
            return self._write_alone(write)
        return write_together(self.client(), actions, quota=counted)

    def _write_alone(self, write: Mapping[str, Any]) -> bool:
        try:
            if "Put" in write:
                self.client().put_item(**write["Put"])
            else:
                self.client().update_item(**write["Update"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionConflictException":
                return False  # another is just writing this item, and comes first
            return false_if_condition_failed(error)
        return True

    def _changes(self, before: Asset, after: Asset) -> dict[str, Any]:
        """The update of what differs, on the condition that nobody wrote in between."""
        old, new = asset_item(before), asset_item(after)
        changes = {n: value for n, value in new.items() if n not in old or old[n] != value}
        gone = [name for name in old if name not in new]
        names = {f"#{name}": name for name in ("rev", *changes, *gone)}
        values = {f":{name}": value for name, value in changes.items()}
        removed = f" REMOVE {', '.join(f'#{name}' for name in gone)}" if gone else ""
        return {
            "TableName": self.table,
            "Key": to_item({"pk": new["pk"], "sk": new["sk"]}),
            "UpdateExpression": f"SET {', '.join(f'#{n} = :{n}' for n in changes)}{removed}",
            "ConditionExpression": "#rev = :before",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item({**values, ":before": before.rev}),
        }

    def version(self, ref: AssetRef, version_id: str) -> Version | None:
        item = self._read(partition_key(ref.org_id, ref.media_id), f"{VERSION}{version_id}")
        return None if item is None or is_removed(item) else version_of(item)

    def has_counted(self, ref: AssetRef, version_id: str) -> bool:
        key = partition_key(ref.org_id, ref.media_id)
        return self._read(key, f"{VERSION}{version_id}") is not None

    def versions(self, ref: AssetRef) -> Sequence[Version]:
        pages = self.client().get_paginator("query")
        values = {":pk": partition_key(ref.org_id, ref.media_id), ":sk": VERSION}
        found = pages.paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=to_item(values),
            ConsistentRead=True,
        )
        items = [from_item(item) for page in found for item in page["Items"]]
        return [version_of(item) for item in items if not is_removed(item)]

    def bar_version(self, ref: AssetRef, version_id: str) -> bool:
        partition = partition_key(ref.org_id, ref.media_id)
        put = bar_version(self.table, partition, version_id, self.clock() + EVENTS_RETURN)
        return self._write_alone(put)

    def forget(self, ref: AssetRef) -> None:
        """A run that goes on still needs its transcode, to end it."""
        pages = self.client().get_paginator("query")
        found = pages.paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ProjectionExpression="pk, sk",
            ExpressionAttributeValues=to_item({":pk": partition_key(ref.org_id, ref.media_id)}),
        )
        keys = [
            item
            for page in found
            for item in page["Items"]
            if not item["sk"]["S"].startswith(_KEPT)
        ]
        delete_items(self.client(), self.table, keys)

    def expired(self, now: str, limit: int) -> Sequence[Asset]:
        answer = self.client().query(
            TableName=self.table,
            IndexName=EXPIRY.name,
            KeyConditionExpression="expiring = :all AND expiryKey < :now",
            ExpressionAttributeValues=to_item({":all": EXPIRING, ":now": now}),
            Limit=limit,
        )
        return [Asset.from_record(from_item(item)) for item in answer["Items"]]

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
        """Reads one item more than it gives, which says whether there are more."""
        page = find_page(
            self.client(),
            self.table,
            _filters(query),
            since=query.since,
            until=query.until,
            after=query.after,
            limit=query.limit,
        )
        return AssetPage([Asset.from_record(item) for item in page.items], page.next)

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


def asset_item(asset: Asset) -> dict[str, Any]:
    """The asset's record with the table's and the indexes' keys."""
    expiry = min((upload.expires_at for upload in asset.uploads), default=None)
    return {
        **asset.to_record(),
        **_memberships(asset),
        **({} if expiry is None else {"expiring": EXPIRING, "expiryKey": f"{expiry}#{asset.id}"}),
        "pk": partition_key(asset.org_id, asset.id),
        "sk": ASSET_SK,
    }


def _memberships(asset: Asset) -> dict[str, str]:
    """Of a deleted asset none where it would stand between those that are asked for, and none by
    which it would be found."""
    filters = Filters(
        kind=ASSETS,
        org_id=asset.org_id,
        project=asset.project_id,
        status=asset.status.value,
        type=asset.type,
    )
    keys = filters.memberships()
    if asset.status is Status.DELETED:
        without_status = replace(filters, status=None).memberships()
        keys = {name: value for name, value in keys.items() if name not in without_status}
    else:
        keys = {**keys, **fingerprints(asset.org_id, asset.sha256, asset.perceptual_hash)}
    return {**keys, LISTED: f"{asset.uploaded_at}#{asset.id}"}


def _filters(query: AssetQuery) -> Filters:
    return Filters(
        kind=ASSETS,
        org_id=query.org_id,
        project=query.project_id,
        status=None if query.status is None else query.status.value,
        type=query.type,
    )
