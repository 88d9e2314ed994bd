"""Making a zip, beside copying the same files one after the other, with S3 as one connection of a
Lambda sees it: 30 ms to the first byte, then 90 MB a second."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bench.downloads import NOISE, Bucket, download, make
from bench.measure import Row, compared, paired, seconds
from spool.services.zipping import PIECE

ROUNDS = 3
LATENCY, RATE = 0.03, 90e6
CASES = {
    "a zip of 300 MB of videos": [100_000_000] * 3,
    "a zip of 500 thumbnails": [20_000] * 500,
}
GOAL = 1.0


def measure() -> list[Row]:
    noise = os.urandom(NOISE)
    rows = []
    for name, sizes in CASES.items():
        ours, peer = paired(
            seconds(lambda sizes=sizes: make(_bucket(noise, sizes))),  # type: ignore[misc]
            seconds(lambda sizes=sizes: _copy(_bucket(noise, sizes))),  # type: ignore[misc]
            rounds=ROUNDS,
        )
        rows.append(compared(name, "s", ours, peer, peer_name="copying the files", goal=GOAL))
    return rows


def _bucket(noise: bytes, sizes: list[int]) -> Bucket:
    return Bucket(noise, download(sizes), LATENCY, RATE)


def _copy(bucket: Bucket) -> None:
    for entry in bucket.wanted.entries:
        bucket.put_parts(entry.key, _parts(bucket, entry.bytes), "")


def _parts(bucket: Bucket, size: int) -> Iterator[tuple[int, bytes]]:
    for number, start in enumerate(range(0, size, PIECE), 1):
        yield number, bucket.read_range("", None, start, min(PIECE, size - start))


if __name__ == "__main__":
    for row in measure():
        print(row)
