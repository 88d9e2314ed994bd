"""What an on-demand variant is asked to be, and the one name that it is stored under.

`edge/img_request.js` is the other half: it makes these names of what viewers ask for.
tests/canonical.json holds both to the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Self

from spool.imaging import parameters
from spool.imaging.parameters import (
    BLURS,
    FITS,
    FORMATS,
    GRAVITIES,
    LEGACY,
    LOSSLESS,
    QUALITY,
    WIDTHS,
    InvalidOptions,
)

__all__ = [
    "BLURS",
    "FITS",
    "FORMATS",
    "GRAVITIES",
    "LEGACY",
    "LOSSLESS",
    "QUALITY",
    "WIDTHS",
    "InvalidOptions",
    "VariantOptions",
    "legacy_format",
]

_EXTENSIONS = {"jpeg": "jpg"}
_PERCENT = "(?:100|[1-9]?[05])"
_NAME = re.compile(
    r"(?:full|"
    r"(?:w-(?P<w>[1-9][0-9]{0,4})_?)?(?:h-(?P<h>[1-9][0-9]{0,4})_?)?"
    r"(?:fit-(?P<fit>cover|contain|fill)_?)?"
    rf"(?:g-(?P<gravity>{'|'.join(GRAVITIES)}|{_PERCENT}x{_PERCENT})_?)?"
    r"(?:bg-(?P<background>[0-9a-f]{6})_?)?"
    rf"(?:blur-(?P<blur>{'|'.join(map(str, BLURS))})_?)?"
    r"(?:frame-(?P<frame>[1-9][0-9]{0,3})_?)?"
    r"(?:q-(?P<q>100|[1-9]0))?"
    r")\.(?P<extension>avif|webp|jpg|png|gif|legacy)"
)  # loose where underscores are: what it matches must also be how the variant is named


@dataclass(frozen=True)
class VariantOptions:
    """A variant. `w` and `h` are pixels, `gravity` one of GRAVITIES or a focal point in percent
    (`25x75`), `background` six hex digits or the format's default (transparent, or white where it
    can't be), `blur` a sigma in pixels, `frame` counts from 1 and makes a still of an animation.
    """

    w: int | None = None
    h: int | None = None
    fit: str = "inside"
    gravity: str = "center"
    background: str | None = None
    blur: int = 0
    frame: int | None = None
    q: int = QUALITY
    format: str = "jpeg"

    @classmethod
    def parse(cls, query: Mapping[str, str], widths: Sequence[int] = WIDTHS) -> Self:
        """From decoded query values, for a client that sends no headers; unknown names are not
        looked at and empty values not given. Raises InvalidOptions."""
        given = {name: value for name, value in query.items() if value}
        w, h = parameters.size(given, widths)
        return cls(
            w=w,
            h=h,
            fit=parameters.one_of("fit", given.get("fit", "inside"), FITS),
            gravity=parameters.gravity(given.get("g", "center")),
            background=parameters.background(given.get("bg", "transparent")),
            blur=parameters.blur(given.get("blur", "0")),
            frame=parameters.whole("frame", given["frame"], 9999) if "frame" in given else None,
            q=parameters.quality(given.get("q", "auto")),
            format=parameters.image_format(given.get("f", "auto")),
        ).normal()

    @classmethod
    def from_name(cls, name: str, widths: Sequence[int] | None = WIDTHS) -> Self:
        """From exactly the names that the edge makes with that ladder; with `widths` None from
        those of stored variants too, which have any size. Raises InvalidOptions."""
        match = _NAME.fullmatch(name)
        if not match:
            raise InvalidOptions(f"{name!r} names no variant.")
        part = match.groupdict()
        extension = part["extension"]
        options = cls(
            _number(part["w"]),
            _number(part["h"]),
            part["fit"] or "inside",
            part["gravity"] or "center",
            part["background"],
            _number(part["blur"]) or 0,
            _number(part["frame"]),
            _number(part["q"]) or QUALITY,
            "jpeg" if extension == "jpg" else extension,
        ).normal()
        if options.name != name or (widths is not None and not options.snapped(widths)):
            raise InvalidOptions(f"{name!r} is not how its variant is named.")
        return options

    def normal(self) -> Self:
        """The same variant without what has no effect on it."""
        alone = self.w is None or self.h is None
        fit = "inside" if alone else self.fit
        centered = fit != "cover" or self.gravity == "50x50"
        return replace(
            self,
            fit=fit,
            gravity="center" if centered else self.gravity,
            q=QUALITY if self.format in LOSSLESS else self.q,
        )

    @property
    def name(self) -> str:
        """The last part of the variant's key: `w-640_h-480_fit-cover_q-80.webp`."""
        parts = {
            "w": self.w,
            "h": self.h,
            "fit": None if self.fit == "inside" else self.fit,
            "g": None if self.gravity == "center" else self.gravity,
            "bg": self.background,
            "blur": self.blur,
            "frame": self.frame,
            "q": None if self.format in LOSSLESS else self.q,
        }
        stem = "_".join(f"{label}-{value}" for label, value in parts.items() if value)
        return f"{stem or 'full'}.{self.extension}"

    @property
    def extension(self) -> str:
        return _EXTENSIONS.get(self.format, self.format)

    @property
    def query(self) -> dict[str, str]:
        """Parameters that the edge makes the same name of; of LEGACY only for the same client."""
        values = {
            "w": self.w,
            "h": self.h,
            "fit": self.fit,
            "g": _as_fractions(self.gravity),
            "bg": self.background,
            "blur": self.blur,
            "frame": self.frame,
            "q": self.q,
            "f": "auto" if self.format == LEGACY else self.format,
        }
        return {name: str(value) for name, value in values.items() if value}

    @property
    def plain(self) -> bool:
        """One of the few variants of a picture that are made whatever else was: a width or a
        height at most, and nothing else but the format."""
        return (self.w is None or self.h is None) and self == VariantOptions(
            w=self.w, h=self.h, format=self.format
        )

    def within(self, width: int, height: int) -> Self:
        """The same variant of a picture of that size, the largest copy that there is: what would
        enlarge it is left out, so that `w=2000`, `w=3000` and no `w` at all of a picture 1500 px
        wide are one stored variant."""
        if self.w and self.h:
            box_width, box_height = self.box(width, height)
            return replace(self, w=box_width, h=box_height)
        return replace(
            self,
            w=self.w if self.w and self.w < width else None,
            h=self.h if self.h and self.h < height else None,
        )

    def box(self, width: int, height: int) -> tuple[int, int]:
        """The box for a picture of that size: shrunk, keeping its ratio, so that nothing grows.

        For cover and fill it lies within the picture; for inside and contain the picture, which
        must lie within the box, reaches both ends of one side.
        """
        if self.w is None or self.h is None:
            scale = min((self.w or inf) / width, (self.h or inf) / height, 1.0)
            return max(1, round(width * scale)), max(1, round(height * scale))
        tighter = min if self.fit in {"cover", "fill"} else max
        scale = min(1.0, tighter(width / self.w, height / self.h))
        return max(1, round(self.w * scale)), max(1, round(self.h * scale))

    def long_edge(self, width: int, height: int) -> int:
        """Long edge that a copy of a picture of that size must have for this variant.

        The smallest mip that suffices is the smallest with at least this long edge.
        """
        w, h = self.box(width, height)
        wider = max if self.fit in {"cover", "fill"} else min
        return round(max(width, height) * min(1.0, wider(w / width, h / height)))

    def snapped(self, widths: Sequence[int]) -> bool:
        """Whether the edge makes these sides with that ladder. Of a box one side may be off it:
        the height when the width is on it, and the width when the height is its top."""
        top = widths[-1]
        if self.w is None or self.h is None:
            return all(side is None or side in widths for side in (self.w, self.h))
        return self.h <= top and (self.w in widths or (self.h == top and self.w < top))


def legacy_format(*, has_alpha: bool, animated: bool) -> str:
    """The format for a client that takes neither AVIF nor WebP."""
    if animated:
        return "gif"
    return "png" if has_alpha else "jpeg"


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _as_fractions(gravity: str) -> str:
    x, times, y = gravity.partition("x")
    return f"{int(x) / 100:g},{int(y) / 100:g}" if times else gravity
