"""The contact sheet: one HTML file that shows every placeholder next to what was made.

Its pictures and videos come from the edge while the cloud is up; placeholders, thumbnails and
sprites are kept in the file. Names and metadata are text from strangers: the template escapes
everything, and the page's Content-Security-Policy runs no script but ours.
"""

from __future__ import annotations

import base64
import hashlib
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import blurhash
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from local.demo.comparison import Row, rows
from local.demo.outcome import Outcome
from local.demo.pictures import Picture
from local.demo.sheet.scrubber import Scrubber
from local.demo.tour import Tour
from local.demo.wanted import PAGE_WIDTH, WIDTHS, formats, variant_name
from local.demo.words import amount, clock, compared, ms, picture_of, sound_of, span, speed

HERE = Path(__file__).parent
BLUR_EDGE = 32  # pixels; a BlurHash holds no more
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Card:
    """One file as the template shows it."""

    outcome: Outcome
    blur: str | None
    colours: Sequence[str]

    @classmethod
    def of(cls, outcome: Outcome) -> Card:
        palette = outcome.asset.get("palette", ())
        # A colour goes into a style attribute, where escaping is not enough.
        colours = [c for c in palette if _COLOUR.fullmatch(c)]
        return cls(outcome, blur_uri(outcome.asset), colours)

    @property
    def formats(self) -> Sequence[str]:
        return formats(self.outcome.asset)

    @property
    def rows(self) -> Sequence[Row]:
        return rows(self.outcome)

    @property
    def exif(self) -> Mapping[str, Any]:
        return self.outcome.asset.get("exif") or {}

    @property
    def scrubber(self) -> Scrubber | None:
        return Scrubber.of(self.outcome.video.sprites) if self.outcome.video else None

    def picture(self, name: str) -> Picture | None:
        return self.outcome.picture(name)

    def variant(self, width: int, format_: str) -> Picture | None:
        return self.outcome.picture(variant_name(width, format_))


def write(
    outcomes: Sequence[Outcome],
    edge: str,
    made_at: datetime,
    folder: Path,
    tour: Tour | None = None,
) -> Path:
    """Writes `index.html` into `folder` and returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = folder / "index.html"
    sheet.write_text(render(outcomes, edge, made_at, tour), encoding="utf-8")
    return sheet


def render(
    outcomes: Sequence[Outcome], edge: str, made_at: datetime, tour: Tour | None = None
) -> str:
    script = (HERE / "sheet.js").read_text(encoding="utf-8")
    return _template().render(
        cards=[Card.of(outcome) for outcome in outcomes],
        tour=tour,
        totals=_totals(outcomes, tour),
        edge=edge,
        made_at=made_at,
        widths=WIDTHS,
        page_width=PAGE_WIDTH,
        style=(HERE / "sheet.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def blur_uri(asset: Mapping[str, Any]) -> str | None:
    """The BlurHash as a tiny PNG in the asset's shape."""
    if not asset.get("blurhash"):
        return None
    scale = BLUR_EDGE / max(asset["width"], asset["height"])
    width, height = (max(1, round(asset[side] * scale)) for side in ("width", "height"))
    out = BytesIO()
    blurhash.decode(asset["blurhash"], width, height).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for words in (amount, blur_uri, clock, compared, ms, picture_of, sound_of, span, speed):
        environment.filters[words.__name__] = words
    return environment.get_template("sheet.html")


def _totals(outcomes: Sequence[Outcome], tour: Tour | None) -> Mapping[str, Any]:
    seconds = [s for o in outcomes if (s := o.journey.seconds_to_ready) is not None]
    pages = [(o.journey.size, o.page.bytes) for o in outcomes if o.page]
    before, after = sum(b for b, _ in pages), sum(a for _, a in pages)
    return {
        "files": len(outcomes),
        "ready": len(seconds),
        "bytes": sum(o.journey.size for o in outcomes),
        "seconds": statistics.median(seconds) if seconds else None,
        "before": before,
        "after": after,
        "surprises": sum(len(part.surprises) for part in (*outcomes, tour) if part),
    }
