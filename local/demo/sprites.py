"""What a scrubber shows: the cues of a WebVTT track, and the sheets of small tiles they name."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from urllib.parse import urldefrag, urljoin

import httpx
from PIL import Image

from local.demo.fetching import Wrong, fetched

SLACK = 0.1  # seconds between the track's end and the video's
_CUE = re.compile(r"^([\d:.]+) --> ([\d:.]+).*\n(\S+#xywh=(\d+),(\d+),(\d+),(\d+))$", re.MULTILINE)


@dataclass(frozen=True)
class Tile:
    """What is shown from `start` to `end`, in seconds: a part of the sheet at `url`, in pixels."""

    start: float
    end: float
    url: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Sheet:
    size: tuple[int, int]
    data_uri: str


@dataclass(frozen=True)
class Sprites:
    """`sheets` by their URLs."""

    tiles: Sequence[Tile] = ()
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    problem: str | None = None

    def at(self, time: float) -> Tile:
        """What is shown at `time`; before and after the video, what is next to it."""
        return next((tile for tile in self.tiles if time < tile.end), self.tiles[-1])

    def strip(self, width: int) -> Sequence[Tile]:
        """Tiles at even times, as many as fit beside each other into `width` pixels."""
        if not self.tiles:
            return ()
        count = min(len(self.tiles), max(1, width // self.tiles[0].width))
        step = self.tiles[-1].end / count
        return [self.at((n + 0.5) * step) for n in range(count)]


def look_at_sprites(url: str, seconds: float, http: httpx.Client) -> Sprites:
    """The track at `url` of a video that lasts `seconds`, and every sheet that it names."""
    try:
        tiles = parse(fetched(http, url).text, url)
        _check_times(tiles, seconds)
        sheets = {sheet: _sheet(sheet, http) for sheet in {tile.url for tile in tiles}}
        _check_places(tiles, sheets)
    except Wrong as wrong:
        return Sprites(problem=str(wrong))
    return Sprites(tiles, sheets)


def parse(track: str, url: str) -> list[Tile]:
    """The tiles of a WebVTT track; addresses in it are relative to `url`. Raises Wrong."""
    if not track.startswith("WEBVTT"):
        raise Wrong("is no WebVTT")
    return [
        Tile(_seconds(start), _seconds(end), urldefrag(urljoin(url, name))[0], *map(int, box))
        for start, end, name, *box in _CUE.findall(track)
    ]


def _seconds(timestamp: str) -> float:
    """`00:01:05.500` → 65.5; hours may be absent."""
    try:
        total = 0.0
        for part in timestamp.split(":"):
            total = total * 60 + float(part)
    except ValueError:
        raise Wrong(f"has {timestamp} for a time") from None
    return total


def _check_times(tiles: Sequence[Tile], seconds: float) -> None:
    if not tiles:
        raise Wrong("has no cues")
    if tiles[0].start or any(a.end != b.start for a, b in pairwise(tiles)):
        raise Wrong("leaves a part of the video without a tile")
    if abs(tiles[-1].end - seconds) > SLACK:
        raise Wrong(f"ends at {tiles[-1].end:.1f} s, and the video at {seconds:.1f} s")


def _sheet(url: str, http: httpx.Client) -> Sheet:
    content = fetched(http, url).content
    try:
        image = Image.open(BytesIO(content))
        image.load()
    except (OSError, SyntaxError) as error:  # what Pillow's decoders raise
        raise Wrong(f"names a sheet that is no image: {error}") from error
    kind = Image.MIME[image.format or ""]
    return Sheet(image.size, f"data:{kind};base64,{base64.b64encode(content).decode()}")


def _check_places(tiles: Sequence[Tile], sheets: Mapping[str, Sheet]) -> None:
    for tile in tiles:
        width, height = sheets[tile.url].size
        inside = tile.left + tile.width <= width and tile.top + tile.height <= height
        if not (inside and tile.width and tile.height):
            raise Wrong("names a tile that is not on its sheet")
