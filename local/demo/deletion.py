"""How long a deleted asset can still be had through the edge."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from local.demo.client import Client, Refused
from local.demo.journey import Journey
from local.demo.wanted import CHROME, img_url

GONE = 404
ASK_EVERY = 0.05  # seconds
PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Deletion:
    """`urls` were kept at the edge; `seconds` from sending DELETE until all were 404."""

    name: str = ""
    urls: Sequence[str] = ()
    seconds: float | None = None
    problem: str | None = None


def delete_and_watch(journey: Journey, client: Client) -> Deletion:
    """Delete a ready asset of which the edge has a rendition, and variants with `v` and without."""
    urls = list(_urls(journey.asset))
    try:
        if cold := [url for url in urls if not _is_kept(url, client.http)]:
            problem = f"It was not kept at the edge before it was deleted: {cold[0]}"
            return Deletion(journey.name, urls, problem=problem)
        began = time.monotonic()
        client.delete(journey.asset["id"])
        left = _until_gone(urls, client.http, began + PATIENCE)
    except (Refused, httpx.HTTPError) as error:
        return Deletion(journey.name, urls, problem=f"The deletion: {error}")
    if left:
        problem = f"It was deleted {PATIENCE:.0f} s ago, and still is at {left[0]}"
        return Deletion(journey.name, urls, problem=problem)
    return Deletion(journey.name, urls, time.monotonic() - began)


def _urls(asset: Mapping[str, Any]) -> Iterator[str]:
    """A rendition, a variant of this version, and one of whichever version there is."""
    yield asset["processed"]["preview"]
    yield img_url(asset, w=640)
    yield asset["processed"]["img"].partition("?")[0] + "?w=640"


def _is_kept(url: str, http: httpx.Client) -> bool:
    _asked(url, http)
    answer = _asked(url, http)
    return answer.status_code == 200 and answer.headers.get("x-cache", "").startswith("Hit")


def _until_gone(urls: Sequence[str], http: httpx.Client, deadline: float) -> list[str]:
    """Those that are still there at `deadline`."""
    left = list(urls)
    while left and time.monotonic() < deadline:
        left = [url for url in left if _asked(url, http).status_code != GONE]
        if left:
            time.sleep(ASK_EVERY)
    return left


def _asked(url: str, http: httpx.Client) -> httpx.Response:
    return http.get(url, headers={"accept": CHROME}, follow_redirects=True)
