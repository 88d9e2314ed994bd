"""How long a video is, whether its frames come evenly, and whether all of it is there."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from spool.errors import Corrupt
from spool.formats import AVI, MATROSKA, WEBM, Format
from spool.video import matroska
from spool.video.container import packets
from spool.video.isobmff import CUT_OFF
from spool.video.reader import RangedReader

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

MICROSECONDS = 1_000_000
_FRAMES_LOOKED_AT = 3000
_UNEVEN = 0.05  # of all the time
_FASTEST = 300  # frames per second; above it, it is the time base that was taken for the rate
_TOLERANCE = 0.1  # seconds


def duration(container: InputContainer, ending: matroska.Ending | None, rate: Fraction) -> float:
    """Seconds, by what the container says, unless it was seen to hold more. Raises Corrupt."""
    told = (container.duration or 0) / MICROSECONDS
    seen = 0.0 if ending is None or ending.last is None else ending.last + float(1 / rate)
    seconds = seen if seen > told + _TOLERANCE else told
    if not math.isfinite(seconds) or seconds <= 0:
        raise Corrupt("The video has no duration.")
    return round(seconds, 6)


def frame_rate(video: VideoStream, times: Sequence[int]) -> Fraction:
    """The average in frames per second: as told, else as seen at `times`."""
    rates = (video.average_rate, _measured(video, times), video.guessed_rate, video.base_rate)
    known = (Fraction(rate) for rate in rates if rate and 0 < rate <= _FASTEST)
    return next(known, Fraction(30)).limit_denominator(1001) or Fraction(1, 1001)


def _measured(video: VideoStream, times: Sequence[int]) -> Fraction | None:
    if not video.time_base or len(times) < 2 or times[0] == times[-1]:
        return None
    return (len(times) - 1) / ((times[-1] - times[0]) * video.time_base)


def check_whole(
    reader: RangedReader, fmt: Format, container: InputContainer, ending: matroska.Ending | None
) -> None:
    """Raises Corrupt where media that is announced isn't there."""
    missing = 0
    if fmt is AVI:
        missing = 8 + int.from_bytes(reader.at(4, 4), "little") - reader.size
    elif ending is not None:
        missing = int(ending.cut)
    else:
        missing = max((_indexed(stream) for stream in container.streams), default=0) - reader.size
    if missing > 0:
        how_much = "some" if fmt in {MATROSKA, WEBM} else f"{missing:,}"
        raise Corrupt(CUT_OFF.format(how_much))


def is_variable(times: Sequence[int]) -> bool:
    """Whether frames at these times, in order, come unevenly: one that is late now and then, as
    phones have it, does not count."""
    distances = [after - before for before, after in pairwise(times)]
    if len(distances) < 3:
        return False
    usual = statistics.median(distances)
    uneven = (abs(d - usual) for d in distances if not usual / 2 <= d <= 1.5 * usual)
    return sum(uneven) > _UNEVEN * sum(distances)


def times_of(container: InputContainer, video: VideoStream) -> list[int]:
    """When the first frames are shown, in order: by the index, where it has every frame, or by the
    packets from here on."""
    indexed = video.index_entries[:_FRAMES_LOOKED_AT]
    if video.frames and len(indexed) > 2:
        return sorted(entry.timestamp for entry in indexed)
    seen = islice(packets(container, video), 100)
    return sorted(packet.pts for packet in seen if packet.pts is not None)


def _indexed(stream: object) -> int:
    """Where the last of the stream's samples ends that the index knows."""
    entries = getattr(stream, "index_entries", ())
    return max((entry.pos + entry.size for entry in entries), default=0)
