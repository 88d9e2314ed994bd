"""What became of one file, and whether that is what should have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.demo.journey import Journey
from local.demo.media import Expected
from local.demo.pictures import Picture
from local.demo.videos import Video
from local.demo.wanted import PAGE, is_video

FOUND = ("blurhash", "perceptualHash", "palette", "sha256")
FOUND_IN_VIDEOS = (*FOUND, "duration", "container", "video")
MOVING = ("webp", "gif")
FLAT = 5.0  # deviation of 8-bit values: a black frame's is 0, that of most pictures more than 30
TENTH = 0.1  # seconds that a track may be longer or shorter
_PLACE = re.compile(r"[+-]\d{2}(\.\d+)?[+-]\d{3}(\.\d+)?")  # ISO 6709, as phones write it


@dataclass(frozen=True)
class Outcome:
    """A journey at its end, and what the URLs answered with when it was ready."""

    journey: Journey
    pictures: Sequence[Picture] = ()
    manifest: Mapping[str, Any] | None = None
    video: Video | None = None

    @property
    def asset(self) -> Mapping[str, Any]:
        return self.journey.asset

    @property
    def error(self) -> str | None:
        """Why there is no picture: the asset's code and sentence, or what went wrong before."""
        if self.journey.trouble:
            return self.journey.trouble
        error = self.asset.get("error")
        return f"{error['code']}: {error['message']}" if error else None

    def picture(self, name: str) -> Picture | None:
        """The picture of that name, if it is what it should be."""
        return next((p for p in self.pictures if p.wanted.name == name and not p.problem), None)

    @property
    def page(self) -> Picture | None:
        """The variant that a page would load in place of a picture."""
        return None if self.video else self.picture(PAGE)

    @property
    def surprises(self) -> list[str]:
        """What should not have happened, a sentence each. The user's own files may end in any
        defined way, but what is called ready has to be there."""
        return list(_surprises(self))


def _surprises(outcome: Outcome) -> Iterator[str]:
    journey, expected = outcome.journey, outcome.journey.upload.expected
    if journey.state == "lost":
        yield outcome.error or "It never came to an end."
    elif expected:
        yield from _against(expected, outcome)
    for status in journey.untold:
        yield f"It was {status}, and nothing was told of that."
    if journey.state == "ready":
        yield from _of_ready(outcome)


def _of_ready(outcome: Outcome) -> Iterator[str]:
    yield from _record(outcome.asset)
    yield from _public("record", outcome.asset)
    if outcome.manifest is None:
        yield "Its manifest did not answer."
    else:
        yield from _public("manifest", outcome.manifest)
    for picture in outcome.pictures:
        if picture.problem:
            yield f"{picture.wanted.name} {picture.problem}: {picture.wanted.url}"
    if outcome.video:
        yield from outcome.video.problems


def _against(expected: Expected, outcome: Outcome) -> Iterator[str]:
    asset, state = outcome.asset, outcome.journey.state
    if state != expected.status:
        yield f"It should be {expected.status} and is {state}. {outcome.error or ''}".strip()
        return
    code = (asset.get("error") or {}).get("code")
    if code != expected.code:
        yield f"It should have failed with {expected.code}, and did with {code}."
    if expected.size and (size := (asset["width"], asset["height"])) != expected.size:
        yield f"It should be {expected.size} upright, and is {size}."
    if expected.frames > 1 and not all(p.frames > 1 for p in outcome.pictures if _may_move(p)):
        yield "It should move, and stands still."
    if outcome.video:
        yield from _against_video(expected, outcome, outcome.video)


def _against_video(expected: Expected, outcome: Outcome, video: Video) -> Iterator[str]:
    stream = video.stream
    if (rungs := tuple(rung.name for rung in stream.rungs)) != expected.rungs:
        yield f"It should have the rungs {expected.rungs}, and has {rungs}."
    if (stream.sound is not None) != expected.sound:
        yield f"It should {'be heard' if expected.sound else 'be silent'}, and is not."
    seconds = expected.seconds or 0
    tracks = {"record": outcome.asset["duration"], **{r.name: r.seconds for r in stream.rungs}}
    for name, lasts in tracks.items():
        if abs(lasts - seconds) > TENTH:
            yield f"It should last {seconds} s, and by its {name} lasts {lasts:.2f} s."
    if (poster := outcome.picture("poster")) and poster.contrast < FLAT:
        yield "Its poster shows nothing."


def _may_move(picture: Picture) -> bool:
    return picture.wanted.name == "preview" or picture.wanted.format in MOVING


def _record(asset: Mapping[str, Any]) -> Iterator[str]:
    found = FOUND_IN_VIDEOS if is_video(asset) else FOUND
    absent = [name for name in found if not asset.get(name)]
    if absent:
        yield f"The record lacks {', '.join(absent)}."


def _public(what: str, content: Mapping[str, Any]) -> Iterator[str]:
    if private := sorted({name for name in _names(content) if _is_private(name)}):
        yield f"The {what} shows what it must not: {', '.join(private)}."


def _is_private(name: str) -> bool:
    return name.lower().startswith("gps") or "serialnumber" in name.lower()


def _names(value: object) -> Iterator[str]:
    """Every name in a JSON value, however deep; `gps` for a text that says where something is."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
    elif isinstance(value, str) and _PLACE.match(value):
        yield "gps"
