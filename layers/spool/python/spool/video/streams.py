"""Which streams of a container are its picture and its sound, and what they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from av.stream import Disposition
from av.video.reformatter import ColorPrimaries, ColorTrc

from spool.errors import Encrypted, NoMediaStreams, UnsupportedType
from spool.formats import Format
from spool.video.codecs import STILLS, VIDEO_CODECS, is_audio_taken, title

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.buffer import Buffer
    from av.codec import CodecContext
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

STILL = (
    "The file is a still picture in a video's container: "
    "upload the picture itself, for instance as JPEG or PNG."
)


def _names(kind: type[IntEnum]) -> dict[int, str]:
    told = (value for value in kind if value.name != "UNSPECIFIED")
    return {int(value): value.name.lower().replace("_", "-") for value in told}


_TRANSFERS, _PRIMARIES = _names(ColorTrc), _names(ColorPrimaries)
_HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
_STRETCH = 8  # pixels more oblong than this are a damaged header's


@dataclass(frozen=True)
class Turn:
    """How the picture is turned for display: by degrees clockwise, after mirroring it."""

    degrees: int = 0
    mirrored: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Turn:
        """From the display matrix (ISO/IEC 14496-12, 6.2.2): a, b, u, c, d, v, x, y, w."""
        side_data = cast("Mapping[str, Buffer]", frame.side_data)
        if (matrix := side_data.get("DISPLAYMATRIX")) is None:
            return cls()
        a, b, _, c, d = memoryview(bytes(matrix)).cast("i")[:5]
        quarters = round(math.degrees(math.atan2(b, a)) / 90) % 4
        return cls(90 * quarters, mirrored=a * d - b * c < 0)


def picture_of(container: InputContainer, fmt: Format) -> VideoStream:
    """The stream that is shown. Raises NoMediaStreams, UnsupportedType."""
    pictures = container.streams.video
    videos = [v for v in pictures if not v.disposition & Disposition.attached_pic]
    if videos:
        _check_codec(videos[0], fmt)
        return videos[0]
    if container.streams.audio:
        raise UnsupportedType("The file holds sound, but no moving picture.")
    if pictures:
        raise UnsupportedType(STILL)
    raise NoMediaStreams("The file holds neither picture nor sound.")


def _check_codec(video: VideoStream, fmt: Format) -> None:
    codec = codec_of(video)
    if codec in STILLS and video.frames == 1:
        raise UnsupportedType(STILL)
    if codec not in VIDEO_CODECS[fmt]:
        raise UnsupportedType(
            f"The video is {title(codec)} in {fmt.content_type}, which can't be read here: "
            "H.264 in MP4 can."
        )


def sound_of(container: InputContainer) -> AudioStream | None:
    """The stream that is heard. Raises UnsupportedType."""
    sounds = container.streams.audio
    if not sounds:
        return None
    codec = codec_of(sounds[0])
    if not is_audio_taken(codec):
        raise UnsupportedType(
            f"The video's sound is {title(codec)}, which can't be read here: AAC can."
        )
    return sounds[0]


def check_packet(packet: Packet[Any]) -> None:
    """Raises Encrypted."""
    if packet.has_sidedata("encryption_info"):
        raise Encrypted("The video is encrypted (DRM): upload it without protection.")


def codec_of(stream: Stream) -> str:
    """FFmpeg's name of the codec; of one that it can't decode, how the file names it."""
    context = cast("CodecContext | None", stream.codec_context)
    if context is not None:
        return str(context.codec.canonical_name)
    return str(getattr(stream, "codec_tag", "")).strip() or "of an unknown codec"


def shown_size(video: VideoStream, turn: Turn) -> tuple[int, int]:
    """Width and height in square pixels, upright."""
    width, height = video.width, video.height
    aspect = video.sample_aspect_ratio
    if aspect and Fraction(1, _STRETCH) <= aspect <= _STRETCH:
        width = max(round(width * aspect), 1)
    return (height, width) if turn.degrees % 180 else (width, height)


def described_video(video: VideoStream, frame: VideoFrame, turn: Turn) -> dict[str, Any]:
    """What the asset's record says of the picture."""
    context = video.codec_context
    transfer = _known(_TRANSFERS, context.color_trc, frame.color_trc)
    primaries = _known(_PRIMARIES, context.color_primaries, frame.color_primaries)
    told = {
        "codec": codec_of(video),
        "profile": video.profile,
        "bitRate": context.bit_rate,
        "pixelFormat": frame.format.name,
        "bitDepth": frame.format.components[0].bits,
        "colorPrimaries": primaries,
        "colorTransfer": transfer,
    }
    return {
        **_told(told),
        "rotation": turn.degrees,
        "mirrored": turn.mirrored,
        "hdr": _HDR.get(transfer or ""),
    }


def described_audio(audio: AudioStream) -> dict[str, Any]:
    """What the asset's record says of the sound."""
    context = audio.codec_context
    return _told(
        {
            "codec": codec_of(audio),
            "profile": audio.profile,
            "channels": context.channels,
            "channelLayout": context.layout.name,
            "sampleRate": context.sample_rate,
            "bitRate": context.bit_rate,
        }
    )


def _known(names: Mapping[int, str], *values: int) -> str | None:
    """The first of the values that says something, as FFmpeg names it."""
    return next((names[value] for value in values if value in names), None)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the file does not say."""
    return {name: value for name, value in values.items() if value}
