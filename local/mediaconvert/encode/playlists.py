"""HLS playlists of a CMAF group (RFC 8216), as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from urllib.parse import quote

from local.mediaconvert.encode.layout import Settings
from local.mediaconvert.encode.rendition import Rendition

_VERSION = 7  # EXT-X-MAP for fragmented MP4 needs 6, what MediaConvert's CMAF needs is within 7
_AUDIO = "program_audio_0"


def media(rendition: Rendition, settings: Settings) -> str:
    """The playlist of one rendition."""
    seconds = [rendition.seconds(segment) for segment in rendition.segments]
    whole = settings.get("ManifestDurationFormat", "FLOATING_POINT") == "INTEGER"
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{math.ceil(max(seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{quote(rendition.output.init)}"',
    ]
    for segment, length in zip(rendition.segments, seconds, strict=True):
        shown = str(max(1, round(length))) if whole else f"{float(length):.5f}"
        lines += [f"#EXTINF:{shown},", quote(segment.file)]
    return _text([*lines, "#EXT-X-ENDLIST"])


def multivariant(
    videos: Sequence[Rendition], sounds: Sequence[Rendition], settings: Settings
) -> str:
    """The playlist of playlists: each video with the group of all sounds."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_sound(sound, index) for index, sound in enumerate(sounds)]
    for video in videos:
        lines += [_variant(video, sounds, settings), quote(video.output.playlist)]
    return _text(lines)


def _sound(sound: Rendition, index: int) -> str:
    chosen = "YES" if index == 0 else "NO"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_AUDIO}",NAME="Audio {index + 1}",'
        f'DEFAULT={chosen},AUTOSELECT={chosen},URI="{quote(sound.output.playlist)}"'
    )


def _variant(video: Rendition, sounds: Sequence[Rendition], settings: Settings) -> str:
    peak = video.peak_rate + max((sound.peak_rate for sound in sounds), default=0)
    average = video.average_rate + max((sound.average_rate for sound in sounds), default=0)
    codecs = ",".join(dict.fromkeys([video.codecs, *(sound.codecs for sound in sounds)]))
    attributes = [f"BANDWIDTH={peak}", f"AVERAGE-BANDWIDTH={average}", f'CODECS="{codecs}"']
    if video.size and settings.get("StreamInfResolution", "INCLUDE") == "INCLUDE":
        attributes.append(f"RESOLUTION={video.size[0]}x{video.size[1]}")
    attributes.append(f"FRAME-RATE={float(video.frame_rate or Fraction(0)):.3f}")
    attributes += [f'AUDIO="{_AUDIO}"'] if sounds else []
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
