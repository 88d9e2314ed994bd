"""What the URLs of a ready asset have to answer with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

WIDTHS = (320, 640, 1280)
PAGE_WIDTH = 1280  # what a page would load; formats are compared at this width
# What each sends as Accept, to which `f=auto` listens.
BROWSERS: Mapping[str, str] = {
    "Chrome": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "Safari 14": "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5",
    "curl": "*/*",
}
CHROME = BROWSERS["Chrome"]
MODERN = ("avif", "webp")

POSTER_EDGE = 720  # pixels; the short side of a video's poster, which `/img` makes variants of

# Renditions and the boxes, in pixels, that they lie within; none is filled by enlarging.
BOXES: Mapping[str, tuple[int, int]] = {
    "lqip": (32, 32),
    "thumb_small": (150, 150),
    "thumb_medium": (300, 300),
    "thumb_large": (600, 600),
    "preview": (1920, 1080),
}
KEPT = ("lqip", "thumb_large")
THUMBNAIL = 300  # a square


@dataclass(frozen=True)
class Wanted:
    """What a URL has to answer one who sends `accept`. Where `format` or `size` is None, Spool may
    choose. Rounding may differ by a pixel, but not in the width when `width` asked for it. What is
    `kept` stays in the contact sheet, for when the cloud has stopped."""

    name: str
    url: str
    size: tuple[int, int] | None = None
    format: str | None = None
    width: int | None = None
    accept: str = CHROME
    kept: bool = False


def renditions(asset: Mapping[str, Any]) -> Iterator[Wanted]:
    url = asset["processed"].get
    size = still_size(asset)
    for name, box in BOXES.items():
        if not (is_video(asset) and name == "preview"):  # a video's preview plays
            yield Wanted(name, url(name, ""), inside(size, box), kept=name in KEPT)
    side = min(THUMBNAIL, *size)
    yield Wanted("thumbnail", url("thumbnail", ""), (side, side), kept=True)
    if is_video(asset):
        yield Wanted("poster", url("poster", ""), size, "jpeg")
    else:
        yield Wanted("optimized", url("optimized", ""))


def variants(asset: Mapping[str, Any]) -> Iterator[Wanted]:
    """`/img` URLs: a page's width in each format, first, since of a small picture every width is
    the same variant; other widths in the best format; and what each browser gets by `f=auto`."""
    best, *_ = known = formats(asset)
    for format_ in known:
        yield variant(asset, PAGE_WIDTH, format_)
    for width in WIDTHS:
        if width != PAGE_WIDTH:
            yield variant(asset, width, best)
    for browser in BROWSERS:
        yield for_browser(asset, browser)


def variant(asset: Mapping[str, Any], width: int, format_: str) -> Wanted:
    return Wanted(
        name=variant_name(width, format_),
        url=img_url(asset, w=width, f=format_),
        size=inside(still_size(asset), (width, 1 << 20)),
        format=format_,
        width=width,
    )


def for_browser(asset: Mapping[str, Any], browser: str) -> Wanted:
    """What a page loads there."""
    return Wanted(
        name=browser_name(browser),
        url=img_url(asset, w=PAGE_WIDTH),
        size=inside(still_size(asset), (PAGE_WIDTH, 1 << 20)),
        format=_auto(asset, browser),
        width=PAGE_WIDTH,
        accept=BROWSERS[browser],
    )


def img_url(asset: Mapping[str, Any], **options: object) -> str:
    """`processed.img` names the version, so that a browser asks for a variant once a year."""
    img = asset["processed"].get("img", "")
    return img and f"{img}&{urlencode(options)}"


def variant_name(width: int, format_: str) -> str:
    return f"{width} px {format_}"


def browser_name(browser: str) -> str:
    return f"{PAGE_WIDTH} px in {browser}"


PAGE = browser_name("Chrome")


def formats(asset: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that are compared, the best first. The last is what the others are compared with: what
    a browser gets that knows no new format, moving or transparent as the picture is."""
    if is_animated(asset):
        return "webp", "gif"
    return ("avif", "webp", "jpeg", "png") if asset.get("hasAlpha") else ("avif", "webp", "jpeg")


def _auto(asset: Mapping[str, Any], browser: str) -> str:
    *_, last = known = formats(asset)
    named = (format_ for format_ in known if f"image/{format_}" in BROWSERS[browser])
    return next((format_ for format_ in named if format_ in MODERN), last)


def is_video(asset: Mapping[str, Any]) -> bool:
    return asset.get("type") == "video"


def is_animated(asset: Mapping[str, Any]) -> bool:
    return (asset.get("frames") or 1) > 1


def still_size(asset: Mapping[str, Any]) -> tuple[int, int]:
    """Of the picture, or of a video's poster, upright: its sides are even, as encoders need it."""
    width, height = asset["width"], asset["height"]
    if not is_video(asset):
        return width, height
    scale = min(1.0, POSTER_EDGE / min(width, height))
    return _even(width, scale), _even(height, scale)


def _even(side: int, scale: float) -> int:
    """Not enlarged either; a video has no side of one pixel."""
    return min(2 * round(side * scale / 2), side // 2 * 2)


def inside(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """`size` shrunk to fit into `box`, never enlarged."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
