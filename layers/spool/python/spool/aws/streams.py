"""The catalogue's DynamoDB stream, as Lambda delivers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from spool.aws.catalogue import ASSET_SK
from spool.aws.items import from_item
from spool.aws.transcodes import TRANSCODE, transcode_of
from spool.model import Asset, timestamp
from spool.services.news import StreamRecord, TranscodeChange

Thing = TypeVar("Thing")


def changes(event: Mapping[str, Any]) -> list[StreamRecord | TranscodeChange]:
    """The records of assets and of transcodings that were written, in order."""
    found = (_change(record["dynamodb"]) for record in event["Records"])
    return [change for change in found if change is not None]


def _change(change: Mapping[str, Any]) -> StreamRecord | TranscodeChange | None:
    sort = change["Keys"]["sk"]["S"]
    if "NewImage" not in change:
        return None
    at = timestamp(datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC))
    number = change["SequenceNumber"]
    if sort == ASSET_SK:
        return StreamRecord(number, at, *_images(change, Asset.from_record))
    if sort.startswith(TRANSCODE):
        read = partial(transcode_of, from_item(change["Keys"]))
        return TranscodeChange(number, at, *_images(change, read))
    return None


def _images(
    change: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Thing]
) -> tuple[Thing | None, Thing]:
    """As it was, if it was, and as it is."""
    before = change.get("OldImage")
    old = None if before is None else read(from_item(before))
    return old, read(from_item(change["NewImage"]))
