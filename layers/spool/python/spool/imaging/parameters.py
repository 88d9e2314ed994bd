"""What each parameter of `/img` may say, decoded but otherwise as a viewer wrote it.

Every function raises InvalidOptions, with a sentence about its parameter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import floor, nan

WIDTHS = (48, 96, 160, 240, 320, 480, 640, 750, 828, 960, 1080, 1280, 1440, 1600, 1920, 2560)
"""The default ladder: what is asked for is snapped up to one of these."""

QUALITY = 80
FITS = ("inside", "cover", "contain", "fill")
FORMATS = ("avif", "webp", "jpeg", "png", "gif")
LEGACY = "legacy"
"""The format of a client that takes neither AVIF nor WebP: see `legacy_format`."""
LOSSLESS = {"png", "gif"}
COMPASS = (
    *("north", "northeast", "east", "southeast"),
    *("south", "southwest", "west", "northwest"),
)
GRAVITIES = ("center", *COMPASS, "attention", "entropy")
"""Which part `cover` keeps, if no focal point is given."""
BLURS = (1, 2, 5, 10, 20, 50, 100)

_MAX_DPR = 4
_ROUNDING = 1e-6  # 1.1 × 300 is no more than 330

_WHOLE = re.compile(r"[1-9][0-9]{0,4}")
_DECIMAL = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,9})?")
_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")


class InvalidOptions(ValueError):
    """What names no variant that can be made; the message says what is wrong."""


def size(given: Mapping[str, str], widths: Sequence[int]) -> tuple[int | None, int | None]:
    """Width and height on the ladder; of a box the ratio is kept."""
    dpr = _dpr(given.get("dpr", "auto"))
    w = whole("w", given["w"]) if given.get("w", "auto") != "auto" else None
    h = whole("h", given["h"]) if "h" in given else None
    if w is None or h is None:
        return w and _snap(w * dpr, widths), h and _snap(h * dpr, widths)
    width, top = _snap(w * dpr, widths), widths[-1]
    height = max(1, _half_up(h * width / w))
    return (width, height) if height <= top else (max(1, _half_up(top * w / h)), top)


def _snap(pixels: float, widths: Sequence[int]) -> int:
    return next((width for width in widths if width + _ROUNDING >= pixels), widths[-1])


def _half_up(value: float) -> int:
    return floor(value + 0.5)


def whole(name: str, text: str, most: int = 99999) -> int:
    if not _WHOLE.fullmatch(text) or int(text) > most:
        raise InvalidOptions(f"{name} must be a whole number from 1 to {most}.")
    return int(text)


def _decimal(text: str) -> float:
    """NaN, which no comparison holds for, unless it is a plain decimal."""
    return float(text) if _DECIMAL.fullmatch(text) else nan


def _dpr(text: str) -> float:
    value = 1.0 if text == "auto" else _decimal(text)
    if not 0 < value <= _MAX_DPR:
        raise InvalidOptions(f"dpr must be a number above 0 and at most {_MAX_DPR}, or auto.")
    return value


def quality(text: str) -> int:
    if text == "auto":
        return QUALITY
    return max(10, 10 * _half_up(whole("q", text, 100) / 10))


def gravity(text: str) -> str:
    if text in GRAVITIES:
        return text
    x, comma, y = text.partition(",")
    point = [_decimal(x), _decimal(y)]
    if not comma or not all(0 <= value <= 1 for value in point):
        raise InvalidOptions("g must be a direction, attention, entropy, or two numbers 0-1: x,y.")
    return "x".join(str(5 * _half_up(value * 20)) for value in point)


def background(text: str) -> str | None:
    if text == "transparent":
        return None
    match = _COLOUR.fullmatch(text.lower())
    if not match:
        raise InvalidOptions("bg must be 3 or 6 hex digits, or transparent.")
    digits = match[1]
    return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)


def blur(text: str) -> int:
    sigma = _decimal(text)
    if not 0 <= sigma <= BLURS[-1]:
        raise InvalidOptions(f"blur must be a number from 0 to {BLURS[-1]}.")
    return next(step for step in BLURS if step >= sigma) if sigma else 0


def image_format(text: str) -> str:
    if text == "auto":
        return LEGACY
    return one_of("f", "jpeg" if text == "jpg" else text, FORMATS)


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InvalidOptions(f"{name} must be one of {', '.join(known)}.")
    return value
