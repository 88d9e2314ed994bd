"""What a finished job reports of its files, as MediaConvert's COMPLETE event has it.

https://docs.aws.amazon.com/mediaconvert/latest/ug/cmaf-group.html and file-group.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.mediaconvert.encode.layout import Group
from local.mediaconvert.encode.rendition import Rendition


@dataclass(frozen=True, kw_only=True)
class EncodedGroup:
    """`files` lie in `folder`, to be stored at `destination`; `details` is this group's entry of
    outputGroupDetails, its paths being file names."""

    name: str
    folder: Path
    destination: str
    files: tuple[str, ...]
    details: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Encoded:
    groups: tuple[EncodedGroup, ...]


def cmaf(group: Group, renditions: Sequence[Rendition], manifests: Sequence[str]) -> EncodedGroup:
    details = [_rendition(rendition) for rendition in renditions]
    return _group(
        group, {"outputDetails": details, "playlistFilePaths": list(manifests), "type": group.kind}
    )


def captures(
    group: Group, made: Sequence[tuple[str, tuple[int, int]]], duration: float
) -> EncodedGroup:
    """`made` has each output's last file and size; the event names the last file only."""
    details = [
        {
            "outputFilePaths": [last],
            "durationInMs": round(duration * 1000),
            "videoDetails": {"widthInPx": width, "heightInPx": height},
        }
        for last, (width, height) in made
    ]
    return _group(group, {"outputDetails": details, "type": group.kind})


def _rendition(rendition: Rendition) -> dict[str, Any]:
    detail: dict[str, Any] = {"durationInMs": round(rendition.duration * 1000)}
    if rendition.size:
        width, height = rendition.size
        detail["videoDetails"] = {
            "averageBitrate": rendition.average_rate,
            "widthInPx": width,
            "heightInPx": height,
        }
    return detail


def _group(group: Group, details: Mapping[str, Any]) -> EncodedGroup:
    files = tuple(sorted(path.name for path in group.folder.iterdir()))
    return EncodedGroup(
        name=group.name,
        folder=group.folder,
        destination=group.destination,
        files=files,
        details=details,
    )
