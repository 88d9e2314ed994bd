"""The strip of tiles under a player: where in its sheet each one is, as CSS says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from local.demo.sprites import Sprites, Tile

WIDTH = 1140  # pixels, as wide as a card
Placed = tuple[float, str]
"""When a tile's time begins, in seconds, and the style of an element that shows it."""


@dataclass(frozen=True)
class Scrubber:
    """`sheets` are data URIs, `strip` is what is always seen, `track` all there is, `size` a tile's
    in pixels, `step` how far an arrow key goes, in seconds."""

    sheets: Sequence[str]
    strip: Sequence[Placed]
    track: Sequence[Placed]
    size: tuple[int, int]
    seconds: float
    step: float

    @classmethod
    def of(cls, sprites: Sprites) -> Self | None:
        if not sprites.tiles:
            return None
        first, last = sprites.tiles[0], sprites.tiles[-1]
        return cls(
            sheets=[sheet.data_uri for sheet in sprites.sheets.values()],
            strip=[_placed(tile, sprites) for tile in sprites.strip(WIDTH)],
            track=[_placed(tile, sprites) for tile in sprites.tiles],
            size=(first.width, first.height),
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
