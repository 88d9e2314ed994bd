"""The benchmark's picture: one bar a claim, as a share of its goal. SVG, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bench.measure import SIGNS, Row

_ROW = 34
_LABEL = 500
_BAR = 360
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .met { fill: #2f9e6e; } .missed { fill: #d1495b; }
  .goal { stroke: #7b8794; stroke-dasharray: 4 3; }
  @media (prefers-color-scheme: dark) { text { fill: #e4e7eb; } }
"""


def draw(rows: Sequence[Row]) -> str:
    """An SVG document; rows without a goal are left out."""
    claims = [row for row in rows if row["goal"] is not None]
    height = _ROW * len(claims) + 50
    bars = "\n".join(_bar(row, index) for index, row in enumerate(claims))
    goal = _LABEL + _BAR * 0.75
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LABEL + _BAR + 150} {height}" '
        f'role="img" aria-label="Measured values as a share of their goals">\n'
        f"<style>{_STYLE}</style>\n"
        f'<text x="{goal}" y="18" text-anchor="middle">goal</text>\n'
        f'<line class="goal" x1="{goal}" x2="{goal}" y1="26" y2="{height - 12}"/>\n'
        f"{bars}\n</svg>\n"
    )


def _bar(row: Row, index: int) -> str:
    goal = row["goal"] or 1.0
    value = row["ours"] if row["ratio"] is None else row["ratio"]
    unit = f" {row['unit']}" if row["ratio"] is None else "×"
    width = min(max(value / goal, 0.0) * 0.75, 1.0) * _BAR
    sign = SIGNS[row["sense"]]
    top = 34 + index * _ROW
    return (
        f'<text x="{_LABEL - 12}" y="{top + 15}" text-anchor="end">{escape(row["name"])}</text>'
        f'<rect class="{"met" if row["met"] else "missed"}" x="{_LABEL}" y="{top}" '
        f'width="{width:.1f}" height="22" rx="3"/>'
        f'<text x="{_LABEL + _BAR + 12}" y="{top + 15}">{value:.3g}{unit} ({sign} {goal:g})</text>'
    )
