"""Assets by content and by looks, from the catalogue's indexes of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from spool.aws import clients
from spool.aws.catalogue import ASSET_SK, partition_key
from spool.aws.items import from_item, to_item
from spool.aws.reads import get_items
from spool.indexes import BANDS, CONTENT, Index, fingerprint
from spool.model import Asset, Status
from spool.services.ports import Lookalike, Lookalikes, Twin
from spool.similarity import Probe

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUERIES_AT_ONCE = 10  # connections that a client of botocore keeps

_Key = Mapping[str, Any]


@dataclass(frozen=True)
class _Bucket:
    """The entries under a probe, after those that were read."""

    probe: Probe
    start: _Key | None = None


@dataclass(frozen=True)
class _Read:
    items: Sequence[Mapping[str, Any]]
    rest: _Key | None


@dataclass(frozen=True, kw_only=True)
class DynamoFingerprints:
    """Implements `ports.Fingerprints`."""

    table: str
    client: Callable[[], DynamoDBClient] = clients.dynamodb
    sleep: Callable[[float], None] = time.sleep

    def same(self, org_id: str, sha256: str, limit: int) -> Sequence[Twin]:
        found = self._query(CONTENT, fingerprint(org_id, sha256), limit, None)
        return [
            Twin(
                media_id=_media_id(item),
                project_id=item["projectId"],
                private=item["private"],
                status=Status(item["status"]),
            )
            for item in found.items
        ]

    def near(self, org_id: str, probes: Sequence[Probe], limit: int) -> Lookalikes:
        """In rounds: what may still be read is shared among the buckets that aren't at their end.
        So a full one takes nothing from others, and nothing is left out while there is room."""
        entries: list[Lookalike] = []
        buckets = [_Bucket(probe) for probe in probes]
        with ThreadPoolExecutor(QUERIES_AT_ONCE) as pool:
            while buckets and (room := limit - len(entries)) > 0:
                turn, waiting = buckets[:room], buckets[room:]
                share = room // len(turn)
                reads = list(pool.map(partial(self._read, org_id, share), turn))
                entries += [_lookalike(item) for read in reads for item in read.items]
                buckets = [
                    _Bucket(bucket.probe, read.rest)
                    for bucket, read in zip(turn, reads, strict=True)
                    if read.rest is not None
                ] + waiting
        return Lookalikes(entries, truncated=bool(buckets))

    def assets(self, org_id: str, media_ids: Sequence[str]) -> Sequence[Asset]:
        keys = [{"pk": partition_key(org_id, one), "sk": ASSET_SK} for one in media_ids]
        items = get_items(self.client(), self.table, keys, sleep=self.sleep)
        return [Asset.from_record(item) for item in items]

    def _read(self, org_id: str, limit: int, bucket: _Bucket) -> _Read:
        band, value = bucket.probe
        return self._query(BANDS[band], fingerprint(org_id, value), limit, bucket.start)

    def _query(self, index: Index, partition: str, limit: int, start: _Key | None) -> _Read:
        """The newest first."""
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": index.name,
            "ScanIndexForward": False,
            "KeyConditionExpression": "#key = :key",
            "ExpressionAttributeNames": {"#key": index.partition_key},
            "ExpressionAttributeValues": to_item({":key": partition}),
            "Limit": limit,
        }
        if start is not None:
            request["ExclusiveStartKey"] = start
        answer = self.client().query(**request)
        return _Read([from_item(item) for item in answer["Items"]], answer.get("LastEvaluatedKey"))


def _lookalike(item: Mapping[str, Any]) -> Lookalike:
    return Lookalike(
        media_id=_media_id(item),
        perceptual_hash=item["perceptualHash"],
        position=item["listedKey"],
    )


def _media_id(item: Mapping[str, Any]) -> str:
    """No id holds a `#`."""
    return str(item["pk"]).rpartition("#")[2]
