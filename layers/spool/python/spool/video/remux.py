"""Progressive MP4s of segmented streams: packets are copied, nothing is encoded again.

In a fast-start MP4 the index (`moov`) stands before what it indexes, though it is known last.
FFmpeg leaves room for it (`moov_size`, https://ffmpeg.org/ffmpeg-formats.html) and goes back to
fill it in: so only the front of the file stays in memory, all behind it leaves in parts.
"""

from __future__ import annotations

import heapq
import math
import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from spool.errors import EncoderFault

PART = 8 << 20
"""Bytes of a part: S3 takes 10,000, of at least 5 MiB each but for the last."""

CHUNK_SECONDS = 0.5
"""Sound and picture alternate in runs of this length: a shorter one makes a longer index."""

_AUDIO_RATE = 48_000 / 1024  # AAC frames in a second
_VIDEO_ENTRY, _AUDIO_ENTRY = 32, 16  # bytes of index, at most: stts 8, stsz 4; video ctts 8, stss 4
_CHUNK_ENTRY = 40  # stco or co64, stsc
_HEADERS = 64 << 10

_BUFFER = 1 << 20
_MISSING = 0.5  # seconds: far less than a segment, far more than a frame's rounding


def index_room(duration: float, frame_rate: float, *, audio: bool) -> int:
    """Bytes that the index of an MP4 takes at most; what it leaves becomes a `free` box."""
    frames = frame_rate * _VIDEO_ENTRY + (_AUDIO_RATE * _AUDIO_ENTRY if audio else 0)
    chunks = (1 + audio) * _CHUNK_ENTRY / CHUNK_SECONDS
    return _HEADERS + math.ceil(duration * (frames + chunks))


def remux(
    video: Iterable[bytes], audio: Iterable[bytes] | None, *, room: int, duration: float
) -> Generator[tuple[int, bytes]]:
    """The parts (number from 1, bytes) of an MP4 whose index takes at most `room` bytes.

    `video` and `audio` give an initialization segment and then the media segments, in which
    pictures should last `duration` seconds. Part 1 comes last. What `video` and `audio` raise goes
    through; raises EncoderFault for what can't be joined, or is less than that.
    """
    file = PartedFile(front=room + PART)
    options = {
        "moov_size": str(room),
        "chunk_duration": str(round(CHUNK_SECONDS * 1_000_000)),
        "fflags": "+bitexact",  # a retry stores the same bytes
    }
    try:
        with ExitStack() as stack:
            inputs = [
                stack.enter_context(av.open(_Joined(segments), "r", format="mp4"))
                for segments in (video, audio)
                if segments is not None
            ]
            output = stack.enter_context(
                av.open(file, "w", format="mp4", options=options, buffer_size=_BUFFER)
            )
            shown = Fraction(0)
            for packet in _packets(inputs, output):
                if packet.stream.type == "video":
                    end = (packet.pts or 0) + (packet.duration or 0)
                    shown = max(shown, end * packet.time_base)
                output.mux(packet)
                yield from file.filled()
    except av.FFmpegError as error:
        raise EncoderFault(f"The encoder's segments can't be joined: {error}") from error
    if shown < duration - _MISSING:  # FFmpeg skips what it can't read
        raise EncoderFault(
            f"The encoder's segments hold {float(shown):.1f} s of pictures, not {duration:.1f} s."
        )
    yield from file.rest()


@dataclass(frozen=True)
class _Sample:
    """A packet on its way to a track of the output; times in units of `unit` seconds."""

    packet: av.Packet[Any]
    pts: int
    dts: int
    unit: Fraction

    @property
    def decoded_at(self) -> Fraction:
        return self.dts * self.unit

    def shifted(self, seconds: Fraction) -> av.Packet[Any]:
        units = round(seconds / self.unit)
        self.packet.pts, self.packet.dts = self.pts + units, self.dts + units
        return self.packet


def _packets(inputs: list[InputContainer], output: OutputContainer) -> Iterator[av.Packet[Any]]:
    """Every packet in decoding order. Time begins with the first picture: sound before it, which is
    an encoder's priming, is hidden by an edit list."""
    video, *audio = [_samples(source, output) for source in inputs]
    first = next(video, None)
    if first is None:
        raise EncoderFault("The encoder's segments hold no picture.")
    start = first.pts * first.unit
    samples = heapq.merge(chain([first], video), *audio, key=lambda sample: sample.decoded_at)
    return (sample.shifted(-start) for sample in samples)


def _samples(source: InputContainer, output: OutputContainer) -> Iterator[_Sample]:
    stream = source.streams[0]
    target = output.add_stream_from_template(stream)

    def samples() -> Iterator[_Sample]:
        for packet in source.demux(stream):
            if packet.pts is not None and packet.dts is not None:  # the last one is empty
                packet.stream = target
                yield _Sample(packet, packet.pts, packet.dts, Fraction(packet.time_base))

    return samples()


class _Joined:
    """Chunks of bytes as one file to read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._current = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._current:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._current = memoryview(chunk)
        head, self._current = self._current[:size], self._current[size:]
        return bytes(head)


class PartedFile:
    """A file to write that leaves in parts, but for its first `front` bytes: these may be written
    again until the end, and are part 1."""

    def __init__(self, front: int) -> None:
        self._front_size = front
        self._front = bytearray()
        self._open = bytearray()  # the part that is being filled
        self._filled: deque[bytes] = deque()
        self._number = 1
        self._position = self._end = 0

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._end}[whence]
        self._position = base + offset
        return self._position

    def write(self, data: bytes) -> int:
        if self._position < self._end:
            self._rewrite(data)
        else:
            self._append(bytes(self._position - self._end))  # room that was sought past
            self._append(data)
        self._position += len(data)
        return len(data)

    def filled(self) -> Iterator[tuple[int, bytes]]:
        """The parts behind the front that are whole, each once."""
        while self._filled:
            self._number += 1
            yield self._number, self._filled.popleft()

    def rest(self) -> Iterator[tuple[int, bytes]]:
        """All parts that are left, the front last."""
        if self._open:
            self._filled.append(bytes(self._open))
        yield from self.filled()
        yield 1, bytes(self._front)

    def _append(self, data: bytes) -> None:
        room = self._front_size - len(self._front)
        self._front += data[:room]
        self._open += data[room:]
        self._end += len(data)
        while len(self._open) >= PART:
            self._filled.append(bytes(self._open[:PART]))
            del self._open[:PART]

    def _rewrite(self, data: bytes) -> None:
        end = self._position + len(data)
        if end > len(self._front):
            raise ValueError("What is behind the front can't be written again.")
        self._front[self._position : end] = data
