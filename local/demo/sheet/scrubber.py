"""The strip of tiles under a player: where in its sheet each one is, as CSS says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from local.demo.sprites import Sprites, Tile

STRIP_WIDTH = 600  # pixels, that of the player
STRIP_SCALE = 0.625  # of a tile in the strip: the one that is pointed at is shown in full size
Placed = tuple[float, str]
"""When a tile's time begins, in seconds, and the style of an element that shows it."""


@dataclass(frozen=True)
class Scrubber:
    """`sheets` are data URIs, `strip` is what is always seen, `track` all there is; `size` is a
    tile's and `strip_edge` its width in the strip, in pixels; `step` is how far an arrow key goes,
    in seconds."""

    sheets: Sequence[str]
    strip: Sequence[Placed]
    track: Sequence[Placed]
    size: tuple[int, int]
    strip_edge: float
    seconds: float
    step: float

    @classmethod
    def of(cls, sprites: Sprites) -> Self | None:
        if not sprites.tiles:
            return None
        first, last = sprites.tiles[0], sprites.tiles[-1]
        return cls(
            sheets=[sheet.data_uri for sheet in sprites.sheets.values()],
            strip=[
                _placed(tile, sprites) for tile in sprites.strip(round(STRIP_WIDTH / STRIP_SCALE))
            ],
            track=[_placed(tile, sprites) for tile in sprites.tiles],
            size=(first.width, first.height),
            strip_edge=first.width * STRIP_SCALE,
            seconds=last.end,
            step=(first.end - first.start) / 4,
        )


def _placed(tile: Tile, sprites: Sprites) -> Placed:
    """Only numbers go into the style: in an attribute, escaping is not enough. In percent, so that
    the tile may be shown in any size (https://www.w3.org/TR/css-backgrounds-3/#background-position).
    """
    width, height = sprites.sheets[tile.url].size
    style = (
        f"background-image: var(--sheet-{list(sprites.sheets).index(tile.url)});"
        f" background-size: {100 * width / tile.width:.4g}% {100 * height / tile.height:.4g}%;"
        f" background-position: {_offset(tile.left, width - tile.width)}"
        f" {_offset(tile.top, height - tile.height)}"
    )
    return tile.start, style


def _offset(edge: int, most: int) -> str:
    return f"{100 * edge / most:.5g}%" if most else "0%"
