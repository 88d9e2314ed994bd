"""Sprite sheets: the frames of a video as small tiles, for a player's scrubber."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import pyvips

from spool.imaging.encode import encode
from spool.imaging.renditions import Rendition
from spool.imaging.vips import decoding

TILE_EDGE = 160
COLUMNS = ROWS = 10
_QUALITY = 70


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """How tiles fill sheets: row by row, sheet by sheet. Sizes in pixels."""

    tiles: int
    tile_width: int
    tile_height: int

    @classmethod
    def of(cls, frames: int, width: int, height: int) -> Tiling:
        """For `frames` of that size: within `TILE_EDGE`, never enlarged, sides even."""
        scale = min(1.0, TILE_EDGE / max(width, height))
        return cls(tiles=frames, tile_width=_even(width * scale), tile_height=_even(height * scale))

    @property
    def columns(self) -> int:
        return min(COLUMNS, self.tiles)

    @property
    def sheets(self) -> int:
        return math.ceil(self.tiles / (COLUMNS * ROWS))

    def place(self, tile: int) -> tuple[str, int, int]:
        """The sheet that a tile is on, and where: left and top edge."""
        sheet, cell = divmod(tile, COLUMNS * ROWS)
        row, column = divmod(cell, COLUMNS)
        return sheet_name(sheet), column * self.tile_width, row * self.tile_height


def sheet_name(sheet: int) -> str:
    return f"sprites/sprite_{sheet + 1:04}.jpg"


def make_sheets(frames: Iterable[bytes], tiling: Tiling) -> Iterator[Rendition]:
    """The sheets of the frames' JPEGs, which are read one at a time. Raises Corrupt."""
    tiles = (_tile(frame, tiling) for frame in frames)
    for sheet in range(tiling.sheets):
        joined = pyvips.Image.arrayjoin(list(islice(tiles, COLUMNS * ROWS)), across=tiling.columns)
        made = encode(joined, "jpg", _QUALITY, optimize_coding=True)
        yield Rendition(sheet_name(sheet), made.content_type, made.data, made.width, made.height)


def _tile(frame: bytes, tiling: Tiling) -> pyvips.Image:
    with decoding():
        return pyvips.Image.thumbnail_buffer(
            frame, tiling.tile_width, height=tiling.tile_height, size="force"
        ).copy_memory()


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))
