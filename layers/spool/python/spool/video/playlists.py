"""The HLS playlists that the encoder writes (RFC 8216), read strictly: what the job can't have made
is refused. Unknown tags are passed over, as the RFC asks (6.3.1)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spool.errors import EncoderFault

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=(?:"([^"\n]*)"|([^",\s]*))(?:,|$)')
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")  # beside the playlist: no path, no query
_RESOLUTION = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,12})?")
_ELSEWHERE = ("EXT-X-BYTERANGE", "EXT-X-KEY", "EXT-X-DISCONTINUITY")
"""Tags of streams whose segments can't be joined as they are."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One rung: its playlist, its picture's size, and its frames per second, 0 where not said."""

    playlist: str
    width: int
    height: int
    frame_rate: float


@dataclass(frozen=True, kw_only=True)
class MasterPlaylist:
    """The rungs, and the playlist of the sound that goes with all of them."""

    variants: tuple[Variant, ...]
    audio: str | None


@dataclass(frozen=True, kw_only=True)
class MediaPlaylist:
    """The files of one track in order, `init` first, and their length in seconds."""

    init: str
    segments: tuple[str, ...]
    duration: float

    @property
    def files(self) -> tuple[str, ...]:
        return (self.init, *self.segments)


def parse_master(text: str) -> MasterPlaylist:
    """Raises EncoderFault."""
    variants: list[Variant] = []
    sounds: list[str] = []
    pending: Mapping[str, str] | None = None
    for name, value in _lines(text):
        if name == "EXT-X-STREAM-INF":
            pending = _attributes(value)
        elif name == "EXT-X-MEDIA":
            sounds += _sound(_attributes(value))
        elif name == "":
            if pending is None:
                raise _malformed("it names a variant without describing it")
            variants += _variant(_file(value), pending)
            pending = None
    if not variants or len(sounds) > 1:
        raise _malformed("it has no picture, or several soundtracks")
    return MasterPlaylist(variants=tuple(variants), audio=next(iter(sounds), None))


def parse_media(text: str) -> MediaPlaylist:
    """Raises EncoderFault, also where the playlist is not whole."""
    inits: list[str] = []
    segments: list[str] = []
    durations: list[float] = []
    ended = False
    for name, value in _lines(text):
        if name == "EXT-X-MAP":
            inits.append(_file(_attributes(value).get("URI", "")))
        elif name == "EXTINF":
            durations.append(_number(value.partition(",")[0]))
        elif name == "":
            segments.append(_file(value))
        elif name in _ELSEWHERE:
            raise _malformed(f"it has {name}")
        ended = ended or name == "EXT-X-ENDLIST"
    if not ended or len(inits) != 1 or not segments or len(segments) != len(durations):
        raise _malformed("it is not whole")
    return MediaPlaylist(init=inits[0], segments=tuple(segments), duration=math.fsum(durations))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each tag as (name, value), and each URI as ("", URI)."""
    lines = [line.strip() for line in text.splitlines()]
    if not lines or lines[0] != "#EXTM3U":
        raise _malformed("it does not begin as one")
    for line in lines[1:]:
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            yield name, value
        elif line and not line.startswith("#"):
            yield "", line


def _attributes(text: str) -> Mapping[str, str]:
    return {name: quoted or plain for name, quoted, plain in _ATTRIBUTE.findall(text)}


def _sound(attributes: Mapping[str, str]) -> list[str]:
    """The playlist of a soundtrack; one without is inside the variants, where the job has none."""
    return [_file(attributes.get("URI", ""))] if attributes.get("TYPE") == "AUDIO" else []


def _variant(playlist: str, attributes: Mapping[str, str]) -> list[Variant]:
    """The variant, unless it is of sound alone."""
    if "RESOLUTION" not in attributes:
        return []
    size = _RESOLUTION.fullmatch(attributes["RESOLUTION"])
    if size is None:
        raise _malformed("a variant's resolution is none")
    rate = _number(attributes.get("FRAME-RATE", "0"))
    return [Variant(playlist=playlist, width=int(size[1]), height=int(size[2]), frame_rate=rate)]


def _file(name: str) -> str:
    if not _FILE.fullmatch(name):
        raise _malformed("it names what is no file beside it")
    return name


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise _malformed("a duration or frame rate is no number")
    return float(text)


def _malformed(reason: str) -> EncoderFault:
    return EncoderFault(f"The encoder's playlist can't be read: {reason}.")
