"""A private picture: what its owner's guests get by a signed URL, and what strangers get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from local.demo.client import Client, Refused
from local.demo.extras import SIZE
from local.demo.journey import Journey
from local.demo.pictures import Picture, look
from local.demo.wanted import CHROME, Wanted, img_url, inside

WIDTH = 640
SECONDS = 3600
SHUT = 403


@dataclass(frozen=True)
class Private:
    """`stranger` is the status of the same URL without its signature, asked for once the edge
    held the picture; `expires` is when the signed one ends."""

    name: str = ""
    asset: Mapping[str, Any] = field(default_factory=dict)
    picture: Picture | None = None
    stranger: int | None = None
    address: str = ""
    expires: datetime | None = None
    problem: str | None = None


def look_at_private(journey: Journey, client: Client) -> Private:
    """Of a ready private asset."""
    try:
        access = client.access(journey.asset["id"], SECONDS)
        options = urlencode({"w": WIDTH})
        picture = look(_wanted(f"{access['urls']['img']}&{options}"), client.http)
        address = img_url(journey.asset, w=WIDTH)
        stranger = client.http.get(address, headers={"accept": CHROME}).status_code
    except (Refused, httpx.HTTPError) as error:
        return Private(journey.name, problem=f"The private picture: {error}")
    return Private(
        name=journey.name,
        asset=journey.asset,
        picture=picture,
        stranger=stranger,
        address=address,
        expires=datetime.fromisoformat(access["expiresAt"]).astimezone(),
        problem=_problem(picture, stranger),
    )


def _wanted(url: str) -> Wanted:
    return Wanted("private", url, inside(SIZE, (WIDTH, 1 << 20)), "avif", WIDTH)


def _problem(picture: Picture, stranger: int) -> str | None:
    if picture.problem:
        return f"The private picture by its signed URL {picture.problem}."
    if stranger != SHUT:
        return f"The private picture answered a stranger {stranger}, not {SHUT}."
    return None
