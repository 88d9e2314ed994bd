"""What was made of one CMAF output, measured on its segments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path

from local.mediaconvert.encode.boxes import durations
from local.mediaconvert.encode.errors import Code, EncodeError
from local.mediaconvert.encode.layout import Output


@dataclass(frozen=True, kw_only=True)
class Segment:
    """`ticks` long, in the rendition's timescale."""

    file: str
    ticks: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """`codecs` as RFC 6381 has them; size in pixels and frame rate of a video, None of sound."""

    output: Output
    codecs: str
    timescale: int
    segments: tuple[Segment, ...]
    size: tuple[int, int] | None = None
    frame_rate: Fraction | None = None

    @property
    def duration(self) -> Fraction:
        return Fraction(sum(segment.ticks for segment in self.segments), self.timescale)

    def seconds(self, segment: Segment) -> Fraction:
        return Fraction(segment.ticks, self.timescale)

    @property
    def average_rate(self) -> int:
        """Bits per second of all segments together."""
        return round(8 * sum(segment.bytes for segment in self.segments) / self.duration)

    @property
    def peak_rate(self) -> int:
        """Bits per second of the worst segment; RFC 8216, 4.1 leaves out those of less than half
        the target duration, which a short last one would otherwise dominate."""
        half = max(self.seconds(segment) for segment in self.segments) / 2
        return round(
            max(
                8 * segment.bytes / self.seconds(segment)
                for segment in self.segments
                if self.seconds(segment) >= half
            )
        )


def measure(
    output: Output,
    manifest: Path,
    *,
    size: tuple[int, int] | None = None,
    frame_rate: Fraction | None = None,
) -> Rendition:
    """`manifest` is FFmpeg's own of this rendition; raises EncodeError where nothing was made."""
    paths = list(_segments(output))
    if not paths:
        raise EncodeError(Code.SOURCE_READ, f"Nothing could be read for output {output.name}")
    timings = [durations(path) for path in paths]
    return Rendition(
        output=output,
        codecs=_codecs(manifest),
        timescale=timings[0][1],
        segments=tuple(
            Segment(file=path.name, ticks=ticks, bytes=path.stat().st_size)
            for path, (ticks, _) in zip(paths, timings, strict=True)
        ),
        size=size,
        frame_rate=frame_rate,
    )


def _segments(output: Output) -> Iterator[Path]:
    for number in count(1):
        path = output.folder / output.segment(number)
        if not path.exists():
            return
        yield path


def _codecs(manifest: Path) -> str:
    found = re.search(r'codecs="([^"]+)"', manifest.read_text())
    if found is None:
        raise EncodeError(Code.UNKNOWN, f"{manifest.name} names no codec")
    return found[1]
