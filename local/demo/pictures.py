"""Looking at what came out: every URL is fetched as a browser would, decoded, and measured."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx
from PIL import Image, ImageStat

from local.demo.wanted import Wanted, renditions, variants

_ENCODE = re.compile(r"(?:^|,)\s*encode;dur=([\d.]+)")  # https://www.w3.org/TR/server-timing/


@dataclass(frozen=True)
class Fetch:
    """One request: how long it took, what X-Cache said (`Hit`, `Miss`), and by Server-Timing how
    much of it was encoding; times in milliseconds."""

    ms: float = 0.0
    cache: str = ""
    encode_ms: float | None = None

    @property
    def is_hit(self) -> bool:
        return self.cache.endswith("Hit")


@dataclass(frozen=True)
class Picture:
    """What it answered. `contrast` is the deviation of its values, 0 for one colour throughout;
    `first` is the first request ever, `again` the one after it; `problem` is None when it is what
    was wanted."""

    wanted: Wanted
    format: str = ""
    size: tuple[int, int] = (0, 0)
    frames: int = 1
    bytes: int = 0
    contrast: float = 0.0
    first: Fetch = Fetch()
    again: Fetch = Fetch()
    data_uri: str | None = None
    problem: str | None = None


def look_at(asset: Mapping[str, Any], http: httpx.Client) -> list[Picture]:
    """Every rendition and variant of a ready asset."""
    return [look(wanted, http) for wanted in (*renditions(asset), *variants(asset))]


def look(wanted: Wanted, http: httpx.Client) -> Picture:
    if not wanted.url:
        return Picture(wanted, problem="is not in the record")
    try:
        answer, first = _timed(http, wanted)
        if answer.status_code != 200:
            return Picture(wanted, first=first, problem=f"answered {answer.status_code}")
        _, again = _timed(http, wanted)
        return _measured(wanted, answer, first, again)
    except httpx.HTTPError as error:
        return Picture(wanted, problem=f"did not answer: {error}")


def _timed(http: httpx.Client, wanted: Wanted) -> tuple[httpx.Response, Fetch]:
    began = time.perf_counter()
    answer = http.get(wanted.url, headers={"accept": wanted.accept}, follow_redirects=True)
    took = (time.perf_counter() - began) * 1000
    cache = answer.headers.get("x-cache", "").partition(" ")[0]
    encode = _ENCODE.search(answer.headers.get("server-timing", ""))
    return answer, Fetch(took, cache, float(encode[1]) if encode else None)


def _measured(wanted: Wanted, answer: httpx.Response, first: Fetch, again: Fetch) -> Picture:
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
        first=first,
        again=again,
        data_uri=data_uri(f"image/{format_}", answer.content) if wanted.kept else None,
        problem=_difference(wanted, format_, image.size) or _not_kept(again),
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


def _not_kept(again: Fetch) -> str | None:
    return None if again.is_hit else f"is not kept at the edge ({again.cache or 'no X-Cache'})"


def data_uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
