"""Tiny clips made by FFmpeg, and jobs of mediaconvert/video.json made small enough for them."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame

from local.mediaconvert.encode import Encoded, execute
from local.settings import ROOT
from tests.clips import ffmpeg

TEMPLATE: dict[str, Any] = json.loads((ROOT / "mediaconvert" / "video.json").read_text())
Job = dict[str, Any]
SIZE = 64, 36


def clip(
    path: Path,
    *,
    size: str = "64x36",
    rate: str = "10",
    seconds: float = 5,
    sounds: Sequence[str] = ("sine=440",),
    filters: str = "null",
    options: Sequence[str] = (),
) -> Path:
    """H.264 and AAC in MP4: a moving test picture and one track for each of `sounds`."""
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"]
    maps = ["-map", "0:v"]
    for index, sound in enumerate(sounds, start=1):
        inputs += ["-f", "lavfi", "-i", sound]
        maps += ["-map", f"{index}:a"]
    own = options or ["-c:v", "libx264", "-preset", "ultrafast"]
    ffmpeg(*inputs, *maps, "-vf", filters, "-c:a", "aac", *own, "-t", str(seconds), path)
    return path


def job(*modifiers: str, size: tuple[int, int] = SIZE, segment: int = 6) -> Job:
    """The template's outputs named by `modifiers`, each picture of `size`."""
    made: Job = copy.deepcopy(TEMPLATE["Settings"])
    made["Inputs"][0]["FileInput"] = "s3://originals/clip.mp4"
    stream, captures = made["OutputGroups"]
    _cmaf(stream).update(Destination="s3://renditions/stream/video", SegmentLength=segment)
    captures["OutputGroupSettings"]["FileGroupSettings"]["Destination"] = "s3://renditions/frame"
    for group in made["OutputGroups"]:
        group["Outputs"] = [o for o in group["Outputs"] if o["NameModifier"] in modifiers]
        for output in group["Outputs"]:
            if picture := output.get("VideoDescription"):
                picture["Width"], picture["Height"] = size
    made["OutputGroups"] = [group for group in made["OutputGroups"] if group["Outputs"]]
    return made


def _cmaf(group: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = group["OutputGroupSettings"]["CmafGroupSettings"]
    return settings


def cmaf(job: Job) -> dict[str, Any]:
    return _cmaf(job["OutputGroups"][0])


def output(job: Job, modifier: str) -> dict[str, Any]:
    outputs = [o for group in job["OutputGroups"] for o in group["Outputs"]]
    found: dict[str, Any] = next(o for o in outputs if o["NameModifier"] == modifier)
    return found


def h264(job: Job, modifier: str = "_480p") -> dict[str, Any]:
    video = output(job, modifier)["VideoDescription"]
    settings: dict[str, Any] = video["CodecSettings"]["H264Settings"]
    return settings


def run(
    job: Job,
    source: Path,
    target: Path,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
    cancelled: threading.Event | None = None,
) -> Encoded:
    return execute(
        job, source, target, on_progress=on_progress, cancelled=cancelled or threading.Event()
    )


def joined(folder: Path, name: str) -> Path:
    """A rendition as one file: its init and its segments, one after another."""
    whole = folder / f"{name}.joined.mp4"
    parts: Iterable[Path] = sorted(folder.glob(f"{name}init.*"))
    parts = [*parts, *sorted(folder.glob(f"{name}_0*"))]
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    return whole


def frames(path: Path) -> list[VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(container.streams.video[0]))


def keyframes(path: Path) -> list[int]:
    """The numbers of the frames that a decoder may start at."""
    return [number for number, frame in enumerate(frames(path)) if frame.key_frame]
