"""One picture in each format: what it weighs, and what its first request took."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from local.demo.outcome import Outcome
from local.demo.pictures import Picture
from local.demo.wanted import BROWSERS, PAGE_WIDTH, browser_name, formats, variant_name

STILL = ("avif", "webp", "jpeg")


@dataclass(frozen=True)
class Row:
    """A format, its `picture` if that came, the bytes of the format that it is compared with, and
    the browsers that got it by `f=auto`."""

    format: str
    picture: Picture | None
    beside: int | None
    browsers: Sequence[str]


def rows(outcome: Outcome) -> list[Row]:
    """Of a ready picture, the last being the one that the others are compared with."""
    names = formats(outcome.asset)
    pictures = {name: outcome.picture(variant_name(PAGE_WIDTH, name)) for name in names}
    last = pictures[names[-1]]
    return [
        Row(name, one, last.bytes if last and one is not last else None, _browsers(outcome, name))
        for name, one in pictures.items()
    ]


def _browsers(outcome: Outcome, format_: str) -> list[str]:
    got = {browser: outcome.picture(browser_name(browser)) for browser in BROWSERS}
    return [browser for browser, picture in got.items() if picture and picture.format == format_]


@dataclass(frozen=True)
class Total:
    """A format over several photographs: all bytes, and of JPEG where it is another; the median
    times in milliseconds."""

    format: str
    bytes: int
    beside: int | None
    first_ms: float
    encode_ms: float | None
    again_ms: float

    @classmethod
    def of(cls, format_: str, pictures: Sequence[Picture], beside: int | None) -> Self:
        encodes = [p.first.encode_ms for p in pictures if p.first.encode_ms is not None]
        return cls(
            format_,
            sum(p.bytes for p in pictures),
            beside,
            statistics.median(p.first.ms for p in pictures),
            statistics.median(encodes) if encodes else None,
            statistics.median(p.again.ms for p in pictures),
        )


@dataclass(frozen=True)
class Comparison:
    """Of those stills that are there in each format of STILL, `count` of them."""

    count: int
    totals: Sequence[Total]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self | None:
        stills = [found for one in outcomes if not one.video and (found := _stills(one))]
        if not stills:
            return None
        by_format = list(zip(*stills, strict=True))
        jpeg = sum(picture.bytes for picture in by_format[-1])
        totals = [
            Total.of(name, pictures, jpeg if name != STILL[-1] else None)
            for name, pictures in zip(STILL, by_format, strict=True)
        ]
        return cls(len(stills), totals)


def _stills(outcome: Outcome) -> list[Picture] | None:
    found = [outcome.picture(variant_name(PAGE_WIDTH, name)) for name in STILL]
    there = [picture for picture in found if picture]
    return there if len(there) == len(found) else None
