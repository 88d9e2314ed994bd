"""Looking into a video: what it holds, and whether it can be made to stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spool.errors import Corrupt
from spool.formats import AVI, MATROSKA, MP4, MPEG_TS, QUICKTIME, WEBM, Format
from spool.video import isobmff, matroska, streams, tags, timing
from spool.video.container import check_rest, first_frame, judged, opened
from spool.video.limits import VideoLimits
from spool.video.reader import RangedReader
from spool.video.source import VideoSource

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream


CONTAINERS: Mapping[Format, str] = {
    MP4: "mp4",
    QUICKTIME: "mov",
    MATROSKA: "matroska",
    WEBM: "webm",
    AVI: "avi",
    MPEG_TS: "mpegts",
}


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What is recorded of a video; `source` is what a job is sized by.

    `bit_rate` in bits per second, of the whole file; `recorded_at` in UTC. `exif` may be shown to
    anyone, `private_exif` must not leave the catalogue. `audio` is empty where there is no sound.
    """

    source: VideoSource
    container: str
    bit_rate: int
    recorded_at: str | None
    video: Mapping[str, Any]
    audio: Mapping[str, Any]
    exif: Mapping[str, Any]
    private_exif: Mapping[str, Any]


def probe(reader: RangedReader, fmt: Format, limits: VideoLimits) -> Probe:
    """What `reader`, whose bytes begin as `fmt`'s, holds. A frame at its beginning and one near its
    end are decoded, and nothing between is read. Raises MediaError, and what `reader` raises."""
    with judged(reader):
        if fmt in {MP4, QUICKTIME}:
            isobmff.check(reader)
        with opened(reader, fmt, pixels=limits.pixels) as container:
            return _probe(reader, fmt, limits, container)


def _probe(
    reader: RangedReader, fmt: Format, limits: VideoLimits, container: InputContainer
) -> Probe:
    video, audio = _streams(container, fmt, limits)
    ending = matroska.ending(reader) if fmt in {MATROSKA, WEBM} else None
    timing.check_whole(reader, fmt, container, ending)
    frame = first_frame(container, video)
    times = timing.times_of(container, video)
    rate, variable = timing.frame_rate(video, times), timing.is_variable(times)
    seconds = timing.duration(container, ending, rate)
    limits.check_duration(seconds)
    if _has_index(reader, fmt, video):
        container.seek((container.start_time or 0) + round(seconds * timing.MICROSECONDS))
        check_rest(container, video)
    turn = streams.Turn.of(frame)
    described = streams.described_video(video, frame, turn)
    width, height = streams.shown_size(video, turn)
    told = tags.read(container.metadata)
    return Probe(
        source=VideoSource(
            width=width,
            height=height,
            duration=seconds,
            frame_rate=rate,
            audio_channels=audio.codec_context.channels if audio else 0,
            hdr=described["hdr"] is not None,
            rotation=0 if fmt in {MP4, QUICKTIME} else turn.degrees,
            variable_frame_rate=variable,
        ),
        container=CONTAINERS[fmt],
        bit_rate=round(reader.size * 8 / seconds),
        recorded_at=told.recorded_at,
        video={**described, "frameRate": round(float(rate), 3), "variableFrameRate": variable},
        audio=streams.described_audio(audio) if audio else {},
        exif=told.public,
        private_exif=told.private,
    )


def _streams(
    container: InputContainer, fmt: Format, limits: VideoLimits
) -> tuple[VideoStream, AudioStream | None]:
    """What is shown and what is heard, within the limits."""
    video, audio = streams.picture_of(container, fmt), streams.sound_of(container)
    if not video.width or not video.height:
        raise Corrupt("The video does not say how large its frames are.")
    limits.check_frame(video.width, video.height)
    limits.check_sound(has_audio=audio is not None)
    return video, audio


def _has_index(reader: RangedReader, fmt: Format, video: VideoStream) -> bool:
    """Whether one can jump to the end without reading all before it. A transport stream may end
    anywhere, so its end is not looked at."""
    if fmt in {MATROSKA, WEBM}:
        return matroska.has_cues(reader)
    return fmt is not MPEG_TS and len(video.index_entries) > 1
