"""A video opened by PyAV so that nothing but its own bytes is ever read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import av
import av.error
import av.logging

from spool.errors import Corrupt, MediaError, UnsafeContent
from spool.formats import Format
from spool.video.codecs import DEMUXERS
from spool.video.reader import RangedReader
from spool.video.streams import check_packet

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

PACKETS_TRIED = 600
"""Among how many packets one must be that can be decoded: a recorded broadcast may begin seconds
before the first frame that stands on its own."""

_MALFORMED = (av.error.FFmpegError, ArithmeticError, MemoryError, ValueError)
"""What PyAV raises for bytes that make no sense."""

DAMAGED = "The video's structure is damaged or cut off."
UNDECODABLE = "The video's pictures are damaged: none could be decoded."


@contextmanager
def judged(reader: RangedReader) -> Iterator[None]:
    """Makes Corrupt of whatever damaged bytes cause in PyAV. An error of `reader` itself goes
    first: FFmpeg often takes one for the file's end, and goes on."""
    av.logging.set_level(None)
    try:
        yield
    except (MediaError, *_MALFORMED) as error:
        if reader.failure is not None:
            raise reader.failure from error
        if isinstance(error, MediaError):
            raise
        raise Corrupt(DAMAGED) from error
    if reader.failure is not None:
        raise reader.failure


@contextmanager
def opened(reader: RangedReader, fmt: Format, *, pixels: int) -> Iterator[InputContainer]:
    """`reader`, demuxed as `fmt` and as nothing else.

    No file that it names can be opened: PyAV hands every such wish to `io_open`; the lists allow
    no protocol and no other demuxer (https://ffmpeg.org/ffmpeg-formats.html, Format Options).
    Decoders refuse frames of more than `pixels`.
    """
    options = {
        "format_whitelist": DEMUXERS[fmt],
        "protocol_whitelist": "none",
        "probesize": str(8 << 20),
        "analyzeduration": str(10_000_000),
        "max_streams": "64",
        "max_pixels": str(pixels),
        "threads": "1",
    }
    reader.seek(0)
    with av.open(
        reader,
        "r",
        format=DEMUXERS[fmt],
        options=options,
        metadata_errors="replace",
        io_open=_refuse,
    ) as container:
        for video in container.streams.video:
            if video.codec_context is not None:
                video.codec_context.thread_count = 1  # each thread holds frames of its own
        yield container


def packets(container: InputContainer, video: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Those of `video` from where the container stands. PyAV's own fails at the end of a file in
    which further streams began on the way, as a transport stream's may."""
    with suppress(IndexError):
        yield from container.demux(video)


def first_frame(container: InputContainer, video: VideoStream) -> VideoFrame:
    """The first frame from where the container stands that can be decoded by itself, so that a
    decoder never holds many. Raises Corrupt, Encrypted."""
    for packet in islice(packets(container, video), PACKETS_TRIED):
        if (frame := _decoded(video, packet)) is not None:
            return frame
    raise Corrupt(UNDECODABLE)


def check_rest(container: InputContainer, video: VideoStream) -> None:
    """Raises Corrupt, Encrypted where no frame from where the container stands can be decoded. One
    that an edit list hides is there, but no decoder gives it."""
    tried = islice(packets(container, video), PACKETS_TRIED)
    if not any(packet.is_discard or _decoded(video, packet) is not None for packet in tried):
        raise Corrupt(UNDECODABLE)


def _decoded(video: VideoStream, packet: Packet[Any]) -> VideoFrame | None:
    """The frame of a packet that stands on its own. Raises Encrypted."""
    check_packet(packet)
    if not packet.is_keyframe:
        return None
    context = video.codec_context
    try:
        return next(iter([*context.decode(packet), *context.decode(None)]), None)
    except av.error.FFmpegError:
        return None
    finally:
        context.flush_buffers()


def _refuse(*_: object) -> Any:
    raise UnsafeContent("The video refers to other files; it must hold all of its media itself.")
