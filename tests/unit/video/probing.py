"""Probing bytes as the pipeline probes objects."""

from __future__ import annotations

from spool.formats import HEAD_BYTES, Format, sniff
from spool.video.limits import VideoLimits
from spool.video.probe import Probe, probe
from spool.video.reader import RangedReader

LIMITS = VideoLimits(pixels=4096 * 2304, duration=4 * 3600)


def reader_of(data: bytes) -> RangedReader:
    return RangedReader(lambda start, length: data[start : start + length], len(data))


def probed(data: bytes, fmt: Format | None = None, limits: VideoLimits = LIMITS) -> Probe:
    """`data` as what it is, unless it is to be taken for `fmt`."""
    found = fmt or sniff(data[:HEAD_BYTES])
    assert found is not None
    return probe(reader_of(data), found, limits)
