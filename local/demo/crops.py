"""One picture cut to a square: by its middle, by what draws the eye, and by a focal point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from local.demo.outcome import Outcome
from local.demo.pictures import Picture, look
from local.demo.wanted import Wanted, img_url, is_animated

BOX = (480, 480)
GRAVITIES: Mapping[str, str] = {
    "center": "the middle",
    "attention": "attention",
    "0.5,0.9": "a focal point",
}


@dataclass(frozen=True)
class Crop:
    """`gravity` as the URL has it, `about` in words."""

    gravity: str
    about: str
    picture: Picture


@dataclass(frozen=True)
class Crops:
    """Of the picture in `of`."""

    of: Outcome
    crops: Sequence[Crop]

    @property
    def problems(self) -> list[str]:
        return [
            f"The crop by {crop.about} {crop.picture.problem}: {crop.picture.wanted.url}"
            for crop in self.crops
            if crop.picture.problem
        ]


def crop(outcomes: Sequence[Outcome], http: httpx.Client) -> Crops | None:
    """Of the first still that is ready, if there is one."""
    stills = [one for one in outcomes if one.page and not is_animated(one.asset)]
    if not stills:
        return None
    asset = stills[0].asset
    made = [
        Crop(gravity, about, look(wanted(asset, gravity), http))
        for gravity, about in GRAVITIES.items()
    ]
    return Crops(stills[0], made)


def wanted(asset: Mapping[str, Any], gravity: str) -> Wanted:
    """Cover never enlarges: the box shrinks instead, keeping its shape."""
    width, height = BOX
    scale = min(1.0, asset["width"] / width, asset["height"] / height)
    return Wanted(
        name=gravity,
        url=img_url(asset, w=width, h=height, fit="cover", g=gravity),
        size=(round(width * scale), round(height * scale)),
        format="avif",
        kept=True,
    )
