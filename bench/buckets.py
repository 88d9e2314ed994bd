"""How full the buckets of near duplicates are: a picture of both cuts of the hash. SVG, light and
dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _TOP = 560, 260, 60, 20
_MOST, _RANKS = 1_000, 1_000_000
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  polyline { fill: none; stroke-width: 2; }
  polyline.c0 { stroke: #2f9e6e; } polyline.c1 { stroke: #d1495b; }
  rect.c0 { fill: #2f9e6e; } rect.c1 { fill: #d1495b; }
  .grid { stroke: #7b8794; stroke-dasharray: 2 4; }
  @media (prefers-color-scheme: dark) { text { fill: #e4e7eb; } }
"""


def draw(loads: Mapping[str, Sequence[int]]) -> str:
    """An SVG document: the entries of each bucket, the fullest first, both axes logarithmic."""
    lines = "\n".join(_line(index, found) for index, found in enumerate(loads.values()))
    names = "\n".join(_name(index, name) for index, name in enumerate(loads))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {_LEFT + _WIDTH + 50} {_TOP + _HEIGHT + 45}" role="img" '
        f'aria-label="Entries of each bucket, the fullest first">\n<style>{_STYLE}</style>\n'
        + "\n".join(_grid())
        + f"\n{lines}\n{names}\n</svg>\n"
    )


def _x(rank: float) -> float:
    return _LEFT + _WIDTH * math.log(rank) / math.log(_RANKS)


def _y(entries: float) -> float:
    return _TOP + _HEIGHT * (1 - math.log(entries) / math.log(_MOST))


def _line(index: int, loads: Sequence[int]) -> str:
    """The ranks at which the load changes are enough of them."""
    ranks = [
        rank
        for rank, load in enumerate(loads)
        if rank == 0 or load != loads[rank - 1] or rank == len(loads) - 1
    ]
    points = " ".join(f"{_x(rank + 1):.1f},{_y(loads[rank]):.1f}" for rank in ranks)
    return f'<polyline class="c{index}" points="{points}"/>'


def _name(index: int, name: str) -> str:
    x, y = _LEFT + _WIDTH - 130, _TOP + 10 + 22 * index
    return (
        f'<rect class="c{index}" x="{x}" y="{y}" width="12" height="12" rx="2"/>'
        f'<text x="{x + 20}" y="{y + 11}">{name}</text>'
    )


def _grid() -> Iterator[str]:
    for entries in (1, 10, 100, 1_000):
        y = _y(entries)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{entries:,}</text>'
    for rank in (1, 100, 10_000, 1_000_000):
        yield (
            f'<text x="{_x(rank)}" y="{_TOP + _HEIGHT + 20}" text-anchor="middle">{rank:,}</text>'
        )
    yield (
        f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 38}" text-anchor="middle">'
        "buckets, the fullest first: entries of each</text>"
    )
