"""WebVTT thumbnails: which tile of which sprite sheet shows a moment of a video.

Each cue's text is a media fragment, `sprites/sprite_0001.jpg#xywh=160,0,160,90`, relative to the
track, as players take it (https://www.w3.org/TR/media-frags/, https://www.w3.org/TR/webvtt1/).
"""

from __future__ import annotations

from collections.abc import Iterator

from spool.video.sprites import Tiling


def shown_tiles(frames: int, interval: float, duration: float) -> int:
    """How many of the frames, one every `interval` seconds, begin before the video ends."""
    end = max(1, _milliseconds(duration))
    return sum(_milliseconds(frame * interval) < end for frame in range(frames))


def thumbnails(tiling: Tiling, interval: float, duration: float) -> str:
    """The track: cues without gaps, tile k from k · `interval` on, the last to the end."""
    return "WEBVTT\n" + "".join(_cues(tiling, interval, duration))


def _cues(tiling: Tiling, interval: float, duration: float) -> Iterator[str]:
    starts = [_milliseconds(tile * interval) for tile in range(tiling.tiles)]
    ends = [*starts[1:], max(1, _milliseconds(duration))]
    for tile, (start, end) in enumerate(zip(starts, ends, strict=True)):
        sheet, left, top = tiling.place(tile)
        box = f"{left},{top},{tiling.tile_width},{tiling.tile_height}"
        yield f"\n{_timestamp(start)} --> {_timestamp(end)}\n{sheet}#xywh={box}\n"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _timestamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
