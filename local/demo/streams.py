"""An adaptive stream as a player finds it: the rungs of its ladder, and whether they can be had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import m3u8

from local.demo.fetching import Wrong, fetched

_NAME = re.compile(r"_([a-z0-9]+)\.m3u8$")


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One quality of a stream. `size` is None for the sound; `bandwidth` in bits per second, at its
    peak; `seconds` is the sum of its `segments`."""

    name: str
    size: tuple[int, int] | None = None
    bandwidth: int = 0
    codecs: str = ""
    segments: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The ladder of an HLS playlist, largest rung first, and its sound if that is apart."""

    url: str
    rungs: Sequence[Rung] = ()
    sound: Rung | None = None
    problem: str | None = None


def look_at_stream(url: str, http: httpx.Client) -> Stream:
    """Every playlist of the HLS stream at `url`, each with its first and its last segment."""
    try:
        master = _playlist(url, http)
        rungs = [_rung(one, http) for one in master.playlists]
        sounds = [_track(m.absolute_uri, http) for m in master.media if m.type == "AUDIO" and m.uri]
    except Wrong as wrong:
        return Stream(url=url, problem=str(wrong))
    rungs.sort(key=lambda rung: rung.bandwidth, reverse=True)
    problem = None if rungs else "has no rungs"
    return Stream(url=url, rungs=rungs, sound=next(iter(sounds), None), problem=problem)


def _rung(listed: m3u8.Playlist, http: httpx.Client) -> Rung:
    track, info = _track(listed.absolute_uri, http), listed.stream_info
    return Rung(
        name=track.name,
        size=info.resolution,
        bandwidth=info.bandwidth,
        codecs=info.codecs or "",
        segments=track.segments,
        seconds=track.seconds,
    )


def _track(url: str, http: httpx.Client) -> Rung:
    """Raises Wrong, also where the initialization segment or one at either end is not there."""
    playlist = _playlist(url, http)
    if not playlist.is_endlist or not playlist.segments:
        raise Wrong(f"has a playlist that does not end: {url}")
    files = [*playlist.segment_map, playlist.segments[0], playlist.segments[-1]]
    for file in files:
        if not _at(file.absolute_uri, http).content:
            raise Wrong(f"has an empty segment: {file.absolute_uri}")
    return Rung(
        name=_name(url),
        segments=len(playlist.segments),
        seconds=sum(segment.duration for segment in playlist.segments),
    )


def _playlist(url: str, http: httpx.Client) -> m3u8.M3U8:
    answer = _at(url, http)
    if not answer.text.startswith("#EXTM3U"):
        raise Wrong(f"has no playlist at {url}")
    return m3u8.loads(answer.text, uri=url)


def _at(url: str, http: httpx.Client) -> httpx.Response:
    try:
        return fetched(http, url)
    except Wrong as wrong:
        raise Wrong(f"{wrong}: {url}" if url else str(wrong)) from wrong


def _name(url: str) -> str:
    """`…/video_1080p.m3u8` → `1080p`."""
    path = urlsplit(url).path
    match = _NAME.search(path)
    return match[1] if match else path.rpartition("/")[2]
