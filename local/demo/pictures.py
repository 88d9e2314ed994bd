"""Looking at what came out: every URL is fetched as a browser would, decoded, and measured."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import httpx
from PIL import Image, ImageStat

WIDTHS = (320, 640, 1280)
FORMATS = ("avif", "webp", "jpeg")
PAGE_WIDTH = 1280  # what a page would load, in the format that is best for its browser
PAGE = f"{PAGE_WIDTH} px auto"
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
INLINED = (
    "lqip",
    "thumbnail",
    "thumb_large",
)  # kept in the contact sheet, for when the cloud has stopped

POSTER_EDGE = 720  # pixels; the short side of a video's poster, which `/img` makes variants of

# Renditions and the boxes, in pixels, that they lie within; none is filled by enlarging.
BOXES: Mapping[str, tuple[int, int]] = {
    "lqip": (32, 32),
    "thumb_small": (150, 150),
    "thumb_medium": (300, 300),
    "thumb_large": (600, 600),
    "preview": (1920, 1080),
}
THUMBNAIL = 300  # a square


@dataclass(frozen=True)
class Wanted:
    """What a URL has to answer with. Where `format` or `size` is None, Spool may choose. Rounding
    may differ by a pixel, but not in the width when `width` asked for it."""

    name: str
    url: str
    size: tuple[int, int] | None = None
    format: str | None = None
    width: int | None = None


@dataclass(frozen=True)
class Picture:
    """What it answered. `contrast` is the deviation of its values, 0 for one colour throughout;
    `first_ms` is the first request ever, `again_ms` the one after it; `problem` is None when it is
    what was wanted."""

    wanted: Wanted
    format: str = ""
    size: tuple[int, int] = (0, 0)
    frames: int = 1
    bytes: int = 0
    contrast: float = 0.0
    first_ms: float = 0.0
    again_ms: float = 0.0
    data_uri: str | None = None
    problem: str | None = None


def look_at(asset: Mapping[str, Any], http: httpx.Client) -> list[Picture]:
    """Every rendition and variant of a ready asset."""
    return [look(wanted, http) for wanted in (*renditions(asset), *variants(asset))]


def renditions(asset: Mapping[str, Any]) -> Iterator[Wanted]:
    url = asset["processed"].get
    size = still_size(asset)
    for name, box in BOXES.items():
        if not (is_video(asset) and name == "preview"):  # a video's preview plays
            yield Wanted(name, url(name, ""), inside(size, box))
    side = min(THUMBNAIL, *size)
    yield Wanted("thumbnail", url("thumbnail", ""), (side, side))
    if is_video(asset):
        yield Wanted("poster", url("poster", ""), size, "jpeg")
    else:
        yield Wanted("optimized", url("optimized", ""))


def is_video(asset: Mapping[str, Any]) -> bool:
    return asset.get("type") == "video"


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


def variants(asset: Mapping[str, Any]) -> Iterator[Wanted]:
    """`/img` URLs: each width in each format, then what a page loads, which is one of them."""
    for format_ in formats(asset):
        for width in WIDTHS:
            yield variant(asset, width, format_)
    yield variant(asset, PAGE_WIDTH, None)


def formats(asset: Mapping[str, Any]) -> tuple[str, ...]:
    """Those to ask for. An animation has no AVIF: Spool answers with WebP, which moves."""
    return FORMATS if (asset.get("frames") or 1) == 1 else FORMATS[1:]


def variant(asset: Mapping[str, Any], width: int, format_: str | None) -> Wanted:
    """`processed.img` names the version, so that a browser asks for a variant once a year."""
    img = asset["processed"].get("img", "")
    options = {"w": width, "f": format_} if format_ else {"w": width}
    return Wanted(
        name=variant_name(width, format_),
        url=img and f"{img}&{urlencode(options)}",
        size=inside(still_size(asset), (width, 1 << 20)),
        format=format_,
        width=width,
    )


def variant_name(width: int, format_: str | None) -> str:
    return f"{width} px {format_ or 'auto'}"


def inside(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """`size` shrunk to fit into `box`, never enlarged."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def look(wanted: Wanted, http: httpx.Client) -> Picture:
    if not wanted.url:
        return Picture(wanted, problem="is not in the record")
    try:
        answer, first_ms = _timed(http, wanted.url)
        if answer.status_code != 200:
            return Picture(wanted, first_ms=first_ms, problem=f"answered {answer.status_code}")
        _, again_ms = _timed(http, wanted.url)
        return _measured(wanted, answer, first_ms, again_ms)
    except httpx.HTTPError as error:
        return Picture(wanted, problem=f"did not answer: {error}")


def _timed(http: httpx.Client, url: str) -> tuple[httpx.Response, float]:
    began = time.perf_counter()
    answer = http.get(url, headers={"accept": CHROME}, follow_redirects=True)
    return answer, (time.perf_counter() - began) * 1000


def _measured(wanted: Wanted, answer: httpx.Response, first_ms: float, again_ms: float) -> Picture:
    try:
        image = Image.open(BytesIO(answer.content))
        image.load()
    except (OSError, SyntaxError) as error:  # what Pillow's decoders raise
        return Picture(wanted, problem=f"is no image: {error}")
    format_ = (image.format or "").lower()
    return Picture(
        wanted=wanted,
        format=format_,
        size=image.size,
        frames=getattr(image, "n_frames", 1),
        bytes=len(answer.content),
        contrast=ImageStat.Stat(image.convert("L")).stddev[0],
        first_ms=first_ms,
        again_ms=again_ms,
        data_uri=_data_uri(format_, answer.content) if wanted.name in INLINED else None,
        problem=_difference(wanted, format_, image.size),
    )


def _difference(wanted: Wanted, format_: str, size: tuple[int, int]) -> str | None:
    if wanted.format and format_ != wanted.format:
        return f"is {format_}, not {wanted.format}"
    if wanted.size is None:
        return None
    off = [abs(is_ - should) for is_, should in zip(size, wanted.size, strict=True)]
    if max(off) > 1 or (wanted.width and off[0]):
        return f"is {size[0]}×{size[1]}, not {wanted.size[0]}×{wanted.size[1]}"
    return None


def _data_uri(format_: str, content: bytes) -> str:
    return f"data:image/{format_};base64,{base64.b64encode(content).decode()}"
