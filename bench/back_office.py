"""What the back office costs, on the emulator: items that a page of a list reads, reads for the
statistics, requests and purges for a deletion."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.measure import Row, absolute
from local.emulator.client import client
from local.emulator.process import Emulator
from local.ports import claim
from spool.aws.catalogue import DynamoCatalogue, asset_item
from spool.aws.items import to_item
from spool.aws.jobs import DynamoJobs
from spool.aws.objects import S3Objects
from spool.aws.versions import S3Versions
from spool.formats import Family
from spool.indexes import INDEXES
from spool.keys import AssetRef
from spool.model import Asset, Status, timestamp, utc_now
from spool.services.ports import AssetQuery
from spool.services.reconciling import SWEEPS, Reconciler

TABLE, BATCH = "catalogue", 25
ASSETS, PAGE = 20_000, 50
VARIANTS, RENDITIONS, VERSIONS = 500, 12, 3
TAG = "0123456789ab"
ORIGINALS_BUCKET, RENDITIONS_BUCKET, VARIANTS_BUCKET = BUCKETS = (
    "originals",
    "renditions",
    "variants",
)


class Bench:
    """Everything is counted that goes to the emulator while `counted`."""

    def __init__(self, url: str) -> None:
        self.dynamodb, self.s3 = client("dynamodb", url), client("s3", url)
        self.made: Counter[str] = Counter()
        self.scanned: list[int] = []
        for one in (self.dynamodb, self.s3):
            one.meta.events.register("before-call", self._requested)
        self.dynamodb.meta.events.register("after-call.dynamodb.Query", self._read)
        _create_table(self.dynamodb)
        for bucket in BUCKETS:
            self.s3.create_bucket(Bucket=bucket)
        versioned = {"Status": "Enabled"}
        self.s3.put_bucket_versioning(Bucket=ORIGINALS_BUCKET, VersioningConfiguration=versioned)
        self.catalogue = DynamoCatalogue(table=TABLE, clock=utc_now, client=lambda: self.dynamodb)

    def _requested(self, model: Any, **_: Any) -> None:
        self.made[model.service_model.service_name] += 1

    def _read(self, parsed: Any, **_: Any) -> None:
        self.scanned.append(parsed["ScannedCount"])

    @contextmanager
    def counted(self) -> Iterator[None]:
        self.made.clear()
        self.scanned.clear()
        yield

    def purge(self, ref: AssetRef, reference: str, *, streams: bool) -> None:  # noqa: ARG002
        self.made["cloudfront"] += 1


def measure() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(port=claim(0, ""), state=Path(folder)) as emulator,
    ):
        emulator.wait_until_ready()
        bench = Bench(emulator.url)
        return [_lists(bench), _statistics(bench), *_deletion(bench)]


def _create_table(dynamodb: Any) -> None:
    keys = {index.name: [index.partition_key, *filter(None, [index.sort_key])] for index in INDEXES}
    names = {"pk", "sk", *(name for pair in keys.values() for name in pair)}
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in sorted(names)],
        KeySchema=_schema("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": _schema(*pair),
                "Projection": {"ProjectionType": "ALL"},
            }
            for name, pair in keys.items()
        ],
    )


def _schema(*keys: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]


def _asset(number: int, **fields: Any) -> Asset:
    defaults: dict[str, Any] = {
        "id": f"media_{number}",
        "org_id": "bench",
        "project_id": f"project{number % 4}",
        "filename": "photo.jpg",
        "original_key": f"originals/bench/project{number % 4}/media_{number}-photo.jpg",
        "status": (Status.READY, Status.FAILED, Status.DELETED)[number % 3],
        "type": (Family.IMAGE, Family.VIDEO)[number % 2],
        "uploaded_at": timestamp(utc_now()),
        "tag": TAG,
        "version_id": "v1",
        "version_number": 1,
    }
    return Asset(**{**defaults, **fields})


def _lists(bench: Bench) -> Row:
    """By every set of filters, between thousands that fit another."""
    for start in range(0, ASSETS, BATCH):
        items = [to_item(asset_item(_asset(n))) for n in range(start, start + BATCH)]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        bench.dynamodb.batch_write_item(RequestItems={TABLE: puts})
    filters = {"project_id": "project1", "status": Status.FAILED, "type": Family.VIDEO}
    most = 0
    for size in range(len(filters) + 1):
        for chosen in combinations(filters.items(), size):
            query = AssetQuery(org_id="bench", limit=PAGE, **dict(chosen))  # type: ignore[arg-type]
            with bench.counted():
                found = len(bench.catalogue.find(query).assets)
            if found != PAGE:
                raise RuntimeError(f"A page has {found} assets.")
            most = max(most, sum(bench.scanned))
    name = f"list {PAGE} of {ASSETS:,} assets, by any filters: items read"
    return absolute(name, "items", [most], goal=60)


def _statistics(bench: Bench) -> Row:
    jobs = DynamoJobs(table=TABLE, client=lambda: bench.dynamodb)
    with bench.counted():
        jobs.counted("bench", ["2026-01-14", "2026-01-15"])
    return absolute("statistics of jobs: reads", "", [bench.made["dynamodb"]], goal=1)


def _deletion(bench: Bench) -> list[Row]:
    """All looks at an asset, and what they asked for in the minute with the most."""
    asset = _asset(ASSETS, status=Status.DELETED)
    bench.catalogue.insert(asset)
    for _ in range(VERSIONS):
        bench.s3.put_object(Bucket=ORIGINALS_BUCKET, Key=asset.original_key, Body=b"original")
    for number in range(RENDITIONS):
        key = asset.ref.rendition(TAG, f"{number}.webp")
        bench.s3.put_object(Bucket=RENDITIONS_BUCKET, Key=key, Body=b"rendition")
    for number in range(VARIANTS):
        key = asset.ref.variant(TAG, f"w-{number}.webp")
        bench.s3.put_object(Bucket=VARIANTS_BUCKET, Key=key, Body=b"variant")
    renditions, variants = (
        S3Objects(bucket=name, client=lambda: bench.s3)
        for name in (RENDITIONS_BUCKET, VARIANTS_BUCKET)
    )
    reconciler = Reconciler(
        catalogue=bench.catalogue,
        originals=S3Versions(bucket=ORIGINALS_BUCKET, client=lambda: bench.s3),
        renditions=renditions,
        variants=variants,
        cdn=bench,
        cdn_url="https://bench.example",
    )
    looks, purges = [], 0
    for sweep in range(len(SWEEPS) + 1):
        with bench.counted():
            reconciler.reconcile(asset.ref, f"look-{sweep}", sweep=sweep)
        looks.append(sum(bench.made.values()))
        purges += bench.made["cloudfront"]
    if variants.sizes("") or renditions.sizes(""):
        raise RuntimeError("The deletion has left something.")
    name = f"delete an asset of {VARIANTS} variants"
    return [
        absolute(f"{name}: requests, all told", "", [sum(looks)]),
        absolute(f"{name}: requests a second, in its first minute", "/s", [looks[0] / 60], goal=10),
        absolute(f"{name}: purges", "", [purges], goal=1),
    ]
