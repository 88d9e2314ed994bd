"""What a video's tags say: of its camera to anyone, of its place to nobody but the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from spool.model import timestamp

MAX_TEXT = 500

_APPLE, _ANDROID = "com.apple.quicktime.", "com.android."
_PUBLIC = {
    "Make": (f"{_APPLE}make", f"{_ANDROID}manufacturer", "make"),
    "Model": (f"{_APPLE}model", f"{_ANDROID}model", "model"),
    "Software": (f"{_APPLE}software", "encoder"),
    "ImageDescription": (f"{_APPLE}title", "title"),
    "Artist": (f"{_APPLE}artist", "artist"),
    "Copyright": (f"{_APPLE}copyright", "copyright"),
}
"""By EXIF's names, as those of images; an allow-list, as there."""

_PRIVATE = {
    "UserComment": (f"{_APPLE}comment", "comment"),
    "CameraOwnerName": (f"{_APPLE}author", "author"),
    "ImageUniqueID": (f"{_APPLE}content.identifier",),
}
_PLACES = (f"{_APPLE}location.iso6709", "location")
_TIMES = (f"{_APPLE}creationdate", "creation_time", "date_utc")

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_ISO6709 = re.compile(r"([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Tags:
    """`public` may be shown to anyone, `private` stays in the catalogue; `recorded_at` is in UTC,
    None where unknown."""

    public: Mapping[str, str]
    private: Mapping[str, str | Mapping[str, float]]
    recorded_at: str | None


def read(metadata: Mapping[str, str]) -> Tags:
    """`metadata` as FFmpeg names it. Never raises."""
    tags = {name.lower(): text for name, text in metadata.items()}
    place = _location(_first(tags, _PLACES))
    private: dict[str, str | Mapping[str, float]] = {"gps": place} if place else {}
    return Tags(
        public=_named(tags, _PUBLIC),
        private=private | _named(tags, _PRIVATE),
        recorded_at=next((at for name in _TIMES if (at := _moment(tags.get(name, "")))), None),
    )


def _named(tags: Mapping[str, str], names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    found = {name: _first(tags, keys) for name, keys in names.items()}
    return {name: text for name, text in found.items() if text}


def _first(tags: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of the tags that says anything, printable and of limited length."""
    texts = (_UNPRINTABLE.sub(" ", tags.get(name, "")).strip()[:MAX_TEXT] for name in names)
    return next(filter(None, texts), "")


def _location(text: str) -> dict[str, float]:
    """Decimal degrees and metres, from ISO 6709: `+51.5334-000.1255+026.756/`."""
    match = _ISO6709.match(text)
    if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return {}
    place = {"lat": float(match[1]), "lon": float(match[2])}
    return place if match[3] is None else {**place, "alt": float(match[3])}


def _moment(text: str) -> str | None:
    """None for what a camera without a clock writes, such as 1904, where QuickTime's time begins,
    or 1970."""
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return timestamp(moment) if _FIRST <= moment < _LAST else None
