"""MediaConvert's job for one video: named settings as data, completed by `build_job`.

The data (`mediaconvert/*.json`) holds every output that a job may have. What a video is too small
for, has no sound for, or is not HDR for is left out here; sizes, caps and places are filled in.
Why each setting is as it is: docs/video.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from spool.errors import UnsupportedType
from spool.video.ladder import RUNGS, Rung, box, capture_size, rungs, sprite_interval
from spool.video.source import VideoSource

STATUS_INTERVALS = (10, 12, 15, 20, 30, 60)
"""Seconds, of those that `StatusUpdateInterval` may be; a minute is its default."""

FAST, FAST_FACTOR = 32, Fraction(3, 2)
"""Above 30 frames a second (a phone's 30 may average 30.01) a cap is half as much again: twice the
frames differ less from one another. The ratio of YouTube's recommendations,
https://support.google.com/youtube/answer/1722171
"""

STEADY_RATES = (
    Fraction(15), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001),
    Fraction(30), Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip
"""Frames a second that a variable rate becomes: the next of these. Left to itself MediaConvert
rounds the average up to a whole one, a phone's 30.01 to 50.
https://docs.aws.amazon.com/mediaconvert/latest/ug/using-variable-frame-rate-inputs.html
"""
ABOUT = Fraction(97, 100)

LOWEST_CAP = 200_000
"""Bits per second that no cap falls below, however small the picture."""

_CODEC_SETTINGS = {"H_264": "H264Settings", "H_265": "H265Settings"}
_QUERY = re.compile(r"\?[\w.-]+=")


class IncompleteJob(ValueError):
    """The named settings lack something that a job needs; the message says what."""


@dataclass(frozen=True, kw_only=True)
class JobTarget:
    """Where a job reads and writes: `s3://bucket/key` of the original, and the base names (no
    extension) of what streams and of the captured frames. `uhd` allows the 2160p rung.

    An `s3://` address is the bucket and the key as they are, with nothing percent-encoded: spaces,
    `+` and unicode of a file's name stand in it as in the key.
    """

    input: str
    stream: str
    captures: str
    uhd: bool = False


@cache
def template(name: str = "video") -> Mapping[str, Any]:
    """The settings `mediaconvert/{name}.json`, not to be changed: they are read once."""
    text = resources.files("spool.video").joinpath("jobs", f"{name}.json").read_text("utf-8")
    settings: Mapping[str, Any] = json.loads(text)
    return settings


def build_job(
    template: Mapping[str, Any], source: VideoSource, target: JobTarget
) -> dict[str, Any]:
    """What CreateJob is given for this video, but for the role, the queue and the job's tokens.

    Raises IncompleteJob when `template` lacks a part, UnsupportedType for a video that no rung
    takes or a file name that MediaConvert would take for a query.
    """
    job = deepcopy(dict(template))
    settings = _part(job, "Settings")
    _complete_input(_part(settings, "Inputs", 0), source, target)
    stream, captures = (_group(settings, name) for name in ("stream", "captures"))
    stream["Outputs"] = _stream_outputs(stream, source, uhd=target.uhd)
    captures["Outputs"] = _capture_outputs(captures, source)
    _part(stream, "OutputGroupSettings", "CmafGroupSettings")["Destination"] = target.stream
    _part(captures, "OutputGroupSettings", "FileGroupSettings")["Destination"] = target.captures
    return {**job, "StatusUpdateInterval": f"SECONDS_{status_interval(source.duration)}"}


def status_interval(duration: float) -> int:
    """Seconds between two of a job's STATUS_UPDATE events: some twenty of them at real time."""
    return next((s for s in STATUS_INTERVALS if s >= duration / 20), STATUS_INTERVALS[-1])


def steady_rate(source: VideoSource) -> Fraction | None:
    """Frames a second that the encoder must be told; None where it can keep the source's."""
    if not source.variable_frame_rate:
        return None
    least = source.frame_rate * ABOUT
    return next((rate for rate in STEADY_RATES if rate >= least), STEADY_RATES[-1])


def max_bitrate(cap: int, *, size: tuple[int, int], of: tuple[int, int], rate: Fraction) -> int:
    """Bits per second that `size` may use when a picture of `of` may use `cap`, in thousands.

    By area, since bits are spent per pixel: a 272p clip needs no 480p's cap, nor a square video
    that of 16:9. QVBR spends less where less will do; this bounds what complex pictures cost.
    """
    area = Fraction(size[0] * size[1], of[0] * of[1])
    speed = FAST_FACTOR if rate > FAST else 1
    return max(LOWEST_CAP, int(round(cap * area * speed, -3)))


def _complete_input(media: dict[str, Any], source: VideoSource, target: JobTarget) -> None:
    if _QUERY.search(target.input):
        raise UnsupportedType("A file name with “?…=” in it reads as a query: rename the file.")
    media["FileInput"] = target.input
    if source.rotation:  # which AUTO reads of MP4 and QuickTime only
        _part(media, "VideoSelector")["Rotate"] = f"DEGREES_{source.rotation}"
    if not source.audio_channels:
        media.pop("AudioSelectors", None)


def _stream_outputs(
    group: Mapping[str, Any], source: VideoSource, *, uhd: bool
) -> list[dict[str, Any]]:
    outputs = [_rung_output(group, rung, source) for rung in rungs(source, uhd=uhd)]
    if source.audio_channels:
        outputs.append(_output(group, "audio"))
    return outputs


def _rung_output(group: Mapping[str, Any], rung: Rung, source: VideoSource) -> dict[str, Any]:
    """The rung's output; that of a video smaller than every box follows the smallest box's."""
    short = max(rung.short_side, RUNGS[0])
    output = _output(group, f"{short}p")
    encoder = _part(output, "VideoDescription", "CodecSettings", _CODEC_SETTINGS[rung.codec])
    size = (rung.width, rung.height)
    cap, steady = _part(encoder, "MaxBitrate"), steady_rate(source)
    rate = steady or source.frame_rate
    encoder["MaxBitrate"] = max_bitrate(cap, size=size, of=box(short), rate=rate)
    if steady:
        encoder["FramerateControl"] = "SPECIFIED"
        encoder["FramerateNumerator"], encoder["FramerateDenominator"] = steady.as_integer_ratio()
    output["NameModifier"] = f"_{rung.name}"
    return _picture(output, size, source)


def _capture_outputs(group: Mapping[str, Any], source: VideoSource) -> list[dict[str, Any]]:
    poster, sprite = (_output(group, name) for name in ("poster", "sprite"))
    capture = _part(sprite, "VideoDescription", "CodecSettings", "FrameCaptureSettings")
    capture["FramerateNumerator"] = 1
    capture["FramerateDenominator"] = sprite_interval(source.duration)
    return [_picture(output, capture_size(source), source) for output in (poster, sprite)]


def _picture(output: dict[str, Any], size: tuple[int, int], source: VideoSource) -> dict[str, Any]:
    video = _part(output, "VideoDescription")
    video["Width"], video["Height"] = size
    if not source.hdr:
        _part(video, "VideoPreprocessors").pop("ColorCorrector", None)
    return output


def _group(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    return _named(settings, "OutputGroups", "Name", name)


def _output(group: Mapping[str, Any], name: str) -> dict[str, Any]:
    return _named(group, "Outputs", "NameModifier", f"_{name}")


def _named(node: Mapping[str, Any], items: str, key: str, value: str) -> dict[str, Any]:
    for item in _part(node, items):
        if item.get(key) == value:
            found: dict[str, Any] = item
            return found
    raise IncompleteJob(f"{items} of the job's settings have none whose {key} is {value}.")


def _part(node: Any, *path: str | int) -> Any:
    try:
        for step in path:
            node = node[step]
    except (KeyError, IndexError):
        raise IncompleteJob(f"The job's settings lack {'.'.join(map(str, path))}.") from None
    return node
