"""What an on-demand variant is asked to be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

MAX_EDGE = 2560
"""No variant is larger: it is the largest mip's long edge."""

QUALITY = 80
FITS = ("inside", "cover", "contain", "fill")
FORMATS = ("webp", "avif", "jpeg", "png", "gif")
LOSSLESS = {"png", "gif"}
_ANY_FORMAT = {
    "auto",
    "legacy",
}  # the edge resolves `auto`, but for clients that take neither format
_MAX_DPR = 4

_WHOLE = re.compile(r"[1-9][0-9]{0,5}")
_DECIMAL = re.compile(r"[0-9](\.[0-9]{1,3})?")


class InvalidOptions(ValueError):
    """A query that asks for no variant that can be made; the message says what is wrong."""


@dataclass(frozen=True)
class VariantOptions:
    """A variant: box in pixels, how the picture fits it, quality 1-100, and format."""

    w: int | None = None
    h: int | None = None
    fit: str = "inside"
    q: int = QUALITY
    format: str = "jpeg"

    @classmethod
    def parse(cls, query: Mapping[str, str], fallback: str = "jpeg") -> Self:
        """From raw query values `w h fit q f dpr`; other names are not looked at.

        `fallback` is the format when none is named (see `legacy_format`). Raises InvalidOptions.
        """
        dpr = _dpr(query.get("dpr", "1"))
        fit = _one_of("fit", query.get("fit", "inside"), FITS)
        name = query.get("f", "auto")
        chosen = fallback if name in _ANY_FORMAT else _one_of("f", name, FORMATS)
        quality = _whole("q", query["q"]) if "q" in query else QUALITY
        if quality > 100:
            raise InvalidOptions("q must be a whole number from 1 to 100.")
        return cls(_side("w", query, dpr), _side("h", query, dpr), fit, quality, chosen).normal()

    def normal(self) -> Self:
        """The same variant written in the one way that it is stored under."""
        alone = self.w is None or self.h is None
        scale = min(1.0, MAX_EDGE / max(self.w or 1, self.h or 1))
        return replace(
            self,
            w=self.w and max(1, round(self.w * scale)),
            h=self.h and max(1, round(self.h * scale)),
            fit="inside" if alone else self.fit,
            q=QUALITY if self.format in LOSSLESS else self.q,
        )

    def within(self, width: int, height: int) -> Self:
        """The same variant of a picture of that size: what would enlarge it is left out.

        So `w=2000` and `w=3000` of a picture 1500 px wide are one stored variant.
        """
        if self.w is None or self.h is None:
            return replace(
                self,
                w=self.w and min(self.w, width, MAX_EDGE),
                h=self.h and min(self.h, height, MAX_EDGE),
            )
        box_width, box_height = self.box(width, height)
        return replace(self, w=box_width, h=box_height)

    def box(self, width: int, height: int) -> tuple[int, int]:
        """The box for a picture of that size: shrunk, keeping its ratio, so that nothing grows.

        For cover and fill it lies within the picture; for inside and contain the picture, which
        must lie within the box, reaches both ends of one side.
        """
        w, h = self.w or MAX_EDGE, self.h or MAX_EDGE
        if self.w is None or self.h is None:
            scale = min(w / width, h / height, 1.0)
            return max(1, round(width * scale)), max(1, round(height * scale))
        tighter = min if self.fit in {"cover", "fill"} else max
        scale = min(1.0, tighter(width / w, height / h))
        return max(1, round(w * scale)), max(1, round(h * scale))

    def long_edge(self, width: int, height: int) -> int:
        """Long edge that a copy of a picture of that size must have for this variant.

        The smallest mip that suffices is the smallest with at least this long edge.
        """
        w, h = self.box(width, height)
        wider = max if self.fit in {"cover", "fill"} else min
        return round(max(width, height) * min(1.0, wider(w / width, h / height)))

    def canonical(self) -> str:
        """One stable name, the last part of the stored variant's key: `w=640,q=80.webp`."""
        parts = [f"{name}={value}" for name in ("w", "h") if (value := getattr(self, name))]
        if self.w and self.h:
            parts.append(f"fit={self.fit}")
        if self.format not in LOSSLESS:
            parts.append(f"q={self.q}")
        return ",".join(parts or ["full"]) + "." + self.extension

    @property
    def extension(self) -> str:
        return "jpg" if self.format == "jpeg" else self.format


def legacy_format(*, has_alpha: bool, animated: bool) -> str:
    """The format for a client that takes neither AVIF nor WebP."""
    if animated:
        return "gif"
    return "png" if has_alpha else "jpeg"


def _side(name: str, query: Mapping[str, str], dpr: float) -> int | None:
    return max(1, round(_whole(name, query[name]) * dpr)) if query.get(name) else None


def _whole(name: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise InvalidOptions(
            f"{name} must be a whole number from 1 to {'100' if name == 'q' else '999999'}."
        )
    return int(text)


def _dpr(text: str) -> float:
    value = float(text) if _DECIMAL.fullmatch(text) else 0.0
    if not 0 < value <= _MAX_DPR:
        raise InvalidOptions(f"dpr must be a number above 0 and at most {_MAX_DPR}.")
    return value


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InvalidOptions(f"{name} must be one of {', '.join(known)}.")
    return value
