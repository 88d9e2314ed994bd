"""Looking at what was made of a video: its stream, its MP4s and its sprites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from local.demo.fetching import Wrong, fetched
from local.demo.sprites import Sprites, look_at_sprites
from local.demo.streams import Stream, look_at_stream

FRONT = 1 << 20  # bytes, enough for the index of an hour
PLACES = (b"\xa9xyz", b"ISO6709", b"loci")
"""Boxes and tags of an MP4 that say where it was taken."""


@dataclass(frozen=True)
class Mp4:
    """A progressive one; `bytes` is its whole size."""

    name: str
    url: str
    bytes: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Video:
    """What the URLs of a ready video answered with."""

    stream: Stream
    dash: str
    dash_problem: str | None
    mp4s: tuple[Mp4, ...]
    sprites: Sprites

    @property
    def problems(self) -> Iterator[str]:
        """What is wrong, a sentence each."""
        named = {
            "hls": self.stream.problem,
            "dash": self.dash_problem,
            "thumbnails": self.sprites.problem,
            **{mp4.name: mp4.problem for mp4 in self.mp4s},
        }
        return (f"{name} {problem}." for name, problem in named.items() if problem)

    def mp4(self, name: str) -> Mp4 | None:
        """The MP4 of that name, if it is what it should be."""
        return next((mp4 for mp4 in self.mp4s if mp4.name == name and not mp4.problem), None)


def look_at_video(asset: Mapping[str, Any], http: httpx.Client) -> Video:
    """Every stream, file and track of a ready video."""
    processed = asset["processed"]
    return Video(
        stream=look_at_stream(processed.get("hls", ""), http),
        dash=processed.get("dash", ""),
        dash_problem=_dash(processed.get("dash", ""), http),
        mp4s=tuple(_mp4(name, processed.get(name, ""), http) for name in ("preview", "master")),
        sprites=look_at_sprites(processed.get("thumbnails", ""), asset["duration"], http),
    )


def _dash(url: str, http: httpx.Client) -> str | None:
    try:
        return None if "<MPD" in fetched(http, url).text else "is no MPD"
    except Wrong as wrong:
        return str(wrong)


def _mp4(name: str, url: str, http: httpx.Client) -> Mp4:
    """Asked for in part, as a player that seeks does."""
    try:
        answer = fetched(http, url, only=f"bytes=0-{FRONT - 1}")
        index = index_of(answer.content)
    except Wrong as wrong:
        return Mp4(name, url, problem=str(wrong))
    size = answer.headers.get("content-range", "").rpartition("/")[2]
    if not size.isdecimal():
        return Mp4(name, url, problem="does not say how long it is")
    if any(place in index for place in PLACES):
        return Mp4(name, url, problem="tells where it was taken")
    return Mp4(name, url, int(size))


def index_of(front: bytes) -> bytes:
    """The `moov` box, which has to stand before the media for a film to start at once (ISO/IEC
    14496-12). Raises Wrong."""
    at = 0
    while at + 8 <= len(front):
        size, kind = int.from_bytes(front[at : at + 4], "big"), front[at + 4 : at + 8]
        if kind == b"moov":
            return front[at : at + size]
        if kind == b"mdat" or size < 8:
            break
        at += size
    raise Wrong("has no index at its beginning, so that it plays only once it has arrived")
