"""Comments in the catalogue's table, beside their assets.

pk ASSET#{orgId}#{mediaId}   sk COMMENT#{id}   a comment, by its record's names
                             sk COMMENTS       how many there are: `count`, deleted ones among them
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import ASSET_SK, false_if_condition_failed, partition_key
from spool.aws.items import from_item, to_item
from spool.aws.transactions import Action, transact
from spool.comments import Comment
from spool.errors import Transient
from spool.keys import AssetRef
from spool.model import Status
from spool.services.ports import Obstacle

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COMMENT = "COMMENT#"
COMMENTS = "COMMENTS"


@dataclass(frozen=True, kw_only=True)
class DynamoComments:
    """Implements `ports.Comments`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb

    def get(self, ref: AssetRef, comment_id: str) -> Comment | None:
        key = _key(ref, f"{COMMENT}{comment_id}")
        answer = self.client().get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return Comment.from_record(from_item(answer["Item"])) if "Item" in answer else None

    def page(self, ref: AssetRef, *, after: str | None, limit: int) -> Sequence[Comment]:
        # What comes next begins with this id and a dot, or is greater in a digit.
        start = "" if after is None else f"{after}."
        values = {
            ":pk": partition_key(ref.org_id, ref.media_id),
            ":from": f"{COMMENT}{start}",
            ":to": f"{COMMENT}~",
        }
        pages = self.client().get_paginator("query")
        found = pages.paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=to_item(values),
            ConsistentRead=True,
            PaginationConfig={"PageSize": limit},
        )
        items = (item for page in found for item in page["Items"])
        return [Comment.from_record(from_item(item)) for item in islice(items, limit)]

    def insert(self, ref: AssetRef, comment: Comment, most: int) -> Obstacle | None:
        actions = {
            Obstacle.ASSET: self._asset_is_there(ref),
            Obstacle.ROOM: self._one_more(ref, most),
        }
        if comment.parent_id is not None:
            actions[Obstacle.PARENT] = self._is_not_deleted(ref, comment.parent_id)
        obstacles = list(actions)
        failed = transact(self.client(), [*actions.values(), self._put(ref, comment)])
        if len(obstacles) in failed:
            raise Transient(f"{comment.id} is taken.")
        return min((obstacles[index] for index in failed), key=obstacles.index, default=None)

    def update(self, ref: AssetRef, before: Comment, after: Comment) -> bool:
        old, new = before.to_record(), after.to_record()
        changes = {name: value for name, value in new.items() if old[name] != value}
        values = {f":{name}": value for name, value in changes.items()}
        try:
            self.client().update_item(
                TableName=self.table,
                Key=_key(ref, f"{COMMENT}{after.id}"),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                ConditionExpression="#rev = :before",
                ExpressionAttributeNames={f"#{name}": name for name in changes},
                ExpressionAttributeValues=to_item({**values, ":before": before.rev}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionConflictException":
                return False  # it is just being answered
            return false_if_condition_failed(error)
        return True

    def _put(self, ref: AssetRef, comment: Comment) -> Action:
        return {
            "Put": {
                "TableName": self.table,
                "Item": {**_key(ref, f"{COMMENT}{comment.id}"), **to_item(comment.to_record())},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _asset_is_there(self, ref: AssetRef) -> Action:
        values = {":deleted": Status.DELETED.value, ":uploading": Status.UPLOADING.value}
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": _key(ref, ASSET_SK),
                "ConditionExpression": (
                    "attribute_exists(pk) AND NOT #status IN (:deleted, :uploading)"
                ),
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": to_item(values),
            }
        }

    def _one_more(self, ref: AssetRef, most: int) -> Action:
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(ref, COMMENTS),
                "UpdateExpression": "ADD #count :one",
                "ConditionExpression": "attribute_not_exists(#count) OR #count < :most",
                "ExpressionAttributeNames": {"#count": "count"},
                "ExpressionAttributeValues": to_item({":one": 1, ":most": most}),
            }
        }

    def _is_not_deleted(self, ref: AssetRef, comment_id: str) -> Action:
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": _key(ref, f"{COMMENT}{comment_id}"),
                "ConditionExpression": "attribute_exists(pk) AND #deleted = :never",
                "ExpressionAttributeNames": {"#deleted": "deletedAt"},
                "ExpressionAttributeValues": to_item({":never": None}),
            }
        }


def _key(ref: AssetRef, sort: str) -> dict[str, Any]:
    return to_item({"pk": partition_key(ref.org_id, ref.media_id), "sk": sort})
