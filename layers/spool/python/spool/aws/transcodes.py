"""The records of transcoding jobs, in the catalogue's table.

pk ASSET#{orgId}#{mediaId}   sk TRANSCODE#{versionId}#{attempt}   by the record's names; expires
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import false_if_condition_failed, partition_key
from spool.aws.items import from_item, to_attribute, to_item
from spool.transcode import Transcode, TranscodeKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRANSCODE = "TRANSCODE#"
LIFETIME = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class DynamoTranscodes:
    """Implements `run_ports.Transcodes`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def get(self, key: TranscodeKey) -> Transcode | None:
        answer = self.client().get_item(TableName=self.table, Key=_key(key), ConsistentRead=True)
        if "Item" not in answer:
            return None
        return Transcode.from_record(key, from_item(answer["Item"]))

    def insert(self, transcode: Transcode) -> bool:
        expires = int((transcode.claimed_at + LIFETIME).timestamp())
        record = {**transcode.to_record(), "expiresAt": expires}
        return self._write(transcode.key, record, "attribute_not_exists(pk)", {})

    def update(self, before: Transcode, after: Transcode) -> bool:
        old, new = before.to_record(), after.to_record()
        changes = {name: value for name, value in new.items() if old[name] != value}
        known = {":before": to_attribute(before.rev)}
        return self._write(after.key, changes, "#rev = :before", known)

    def _write(
        self,
        key: TranscodeKey,
        changes: Mapping[str, Any],
        condition: str,
        known: Mapping[str, Any],
    ) -> bool:
        """`changes` hold `rev`, as every write does."""
        names = {f"#{name}": name for name in changes}
        values = {f":{name}": to_attribute(value) for name, value in changes.items()}
        try:
            self.client().update_item(
                TableName=self.table,
                Key=_key(key),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={**values, **known},
            )
        except ClientError as error:
            return false_if_condition_failed(error)
        return True


def _key(key: TranscodeKey) -> dict[str, Any]:
    sort = f"{TRANSCODE}{key.version_id}#{key.attempt}"
    return to_item({"pk": partition_key(key.org_id, key.media_id), "sk": sort})


def transcode_of(key: Mapping[str, str], record: Mapping[str, Any]) -> Transcode:
    """The transcoding whose item has that key."""
    _, org_id, media_id = key["pk"].split("#")
    version_id, _, attempt = key["sk"].removeprefix(TRANSCODE).rpartition("#")
    run = TranscodeKey(
        org_id=org_id, media_id=media_id, version_id=version_id, attempt=int(attempt)
    )
    return Transcode.from_record(run, record)
