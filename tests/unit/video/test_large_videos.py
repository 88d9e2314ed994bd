"""What a video of 4 GB costs to look into: a few ranges, wherever its index stands."""

from __future__ import annotations

import tracemalloc

import pytest

from bench.huge import Stretched
from spool.formats import MP4
from spool.video.probe import probe
from spool.video.reader import RangedReader
from tests.unit.video.probing import LIMITS
from tests.unit.video.test_probe import made

SIZE = 4_000_000_000
MIB = 1 << 20


@pytest.mark.parametrize("kind", ["mp4", "faststart"])
def test_of_a_huge_video_little_is_read(kind: str) -> None:
    huge = Stretched(made(kind), SIZE)
    reader = RangedReader(huge.fetch, huge.size)
    tracemalloc.start()
    try:
        found = probe(reader, MP4, LIMITS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert found.source.duration == pytest.approx(2)
    assert reader.fetched < MIB
    assert peak < 64 * MIB


def test_many_fragments_are_found_by_small_ranges() -> None:
    """Each holds its own part of the index, so all are visited."""
    options = ("-movflags", "frag_every_frame+empty_moov", "-g", "1")
    data = made("mp4", options=options)
    fragments = data.count(b"moof")
    assert fragments > 50
    requests: list[int] = []

    def fetch(start: int, length: int) -> bytes:
        requests.append(length)
        return data[start : start + length]

    probe(RangedReader(fetch, len(data)), MP4, LIMITS)

    assert sum(requests) < 2 * len(data)
