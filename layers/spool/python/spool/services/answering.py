"""What `img_resize` answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlencode

from spool.keys import AssetRef
from spool.services.asking import Asked
from spool.services.storage_ports import Stored

CURRENT_CONTROL = "public, max-age=60, s-maxage=300"
SAME_URL = "#"  # a fragment alone: path, query and the signature in it stay as they were


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The answer: `stored`, or with `location` a redirect to where it is. `seconds` says what took
    how long, and `signals` what an operator should hear of."""

    ref: AssetRef
    stored: Stored
    cache_control: str
    seconds: Mapping[str, float]
    signals: Sequence[str]
    location: str | None = None


def picture(
    asked: Asked,
    stored: Stored,
    *,
    seconds: Mapping[str, float] = MappingProxyType({}),
    signals: Sequence[str] = (),
) -> Picture:
    return Picture(
        ref=asked.ref,
        stored=stored,
        cache_control=stored.cache_control if asked.pinned else CURRENT_CONTROL,
        seconds=seconds,
        signals=signals,
    )


def redirect(asked: Asked, stored: Stored) -> Picture:
    """To where the CDN finds it: by the same URL, or by one that names the tag."""
    pinned = urlencode({"v": asked.tag, **asked.requested.query})
    location = SAME_URL if asked.pinned else f"?{pinned}"
    return replace(picture(asked, stored), cache_control="no-store", location=location)


def is_final(stored: Stored) -> bool:
    return "immutable" in stored.cache_control
