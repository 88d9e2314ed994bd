"""The catalogue's DynamoDB stream, as Lambda delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from spool.aws.catalogue import ASSET_SK
from spool.aws.items import from_item
from spool.model import Asset, timestamp
from spool.services.news import StreamRecord


def asset_changes(event: Mapping[str, Any]) -> list[StreamRecord]:
    """The records of asset items that were written, in order."""
    changes = (record["dynamodb"] for record in event["Records"])
    return [_change(change) for change in changes if _is_written_asset(change)]


def _is_written_asset(change: Mapping[str, Any]) -> bool:
    return change["Keys"]["sk"]["S"] == ASSET_SK and "NewImage" in change


def _change(change: Mapping[str, Any]) -> StreamRecord:
    at = datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC)
    before = change.get("OldImage")
    return StreamRecord(
        sequence_number=change["SequenceNumber"],
        at=timestamp(at),
        before=None if before is None else Asset.from_record(from_item(before)),
        after=Asset.from_record(from_item(change["NewImage"])),
    )
