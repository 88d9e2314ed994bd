"""The output groups of a job and where each output's files go.

Base names: the last part of the group's Destination, or the input's name where it ends in a slash
(https://docs.aws.amazon.com/mediaconvert/latest/ug/output-file-names-and-paths.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

Settings = Mapping[str, Any]

_KINDS = {
    "CMAF_GROUP_SETTINGS": ("CMAF_GROUP", "CmafGroupSettings"),
    "FILE_GROUP_SETTINGS": ("FILE_GROUP", "FileGroupSettings"),
}
_CODEC_SETTINGS = {
    "H_264": "H264Settings",
    "H_265": "H265Settings",
    "FRAME_CAPTURE": "FrameCaptureSettings",
    "AAC": "AacSettings",
}


@dataclass(frozen=True, kw_only=True)
class Output:
    """One Output; `name` is what its files' names begin with, `settings` are its description's
    (of the video, or of the only audio) and `codec` those of its codec."""

    name: str
    folder: Path
    kind: str
    settings: Settings
    codec: Settings

    @property
    def is_audio(self) -> bool:
        return self.kind == "AAC"

    @property
    def init(self) -> str:
        return f"{self.name}init.{self._extension}"

    def segment(self, number: int) -> str:
        """The file name of one segment; the first is number 1."""
        return f"{self.name}_{number:09d}.{self._extension}"

    @property
    def segment_template(self) -> str:
        """As DASH templates have it; a dollar sign of the name is doubled."""
        return f"{self.name.replace('$', '$$')}_$Number%09d$.{self._extension}"

    @property
    def playlist(self) -> str:
        return f"{self.name}.m3u8"

    def capture(self, number: int) -> str:
        return f"{self.name}.{number:07d}.jpg"

    @property
    def _extension(self) -> str:
        return "cmfa" if self.is_audio else "cmfv"


@dataclass(frozen=True, kw_only=True)
class Group:
    """One OutputGroup; its files lie in `folder` here and go to `destination`, an `s3://` address
    that ends in a slash. `base` is what their names begin with."""

    name: str
    kind: str
    base: str
    folder: Path
    destination: str
    settings: Settings
    outputs: tuple[Output, ...]


def groups(settings: Settings, target: Path) -> tuple[Group, ...]:
    """The groups of a job whose settings are all implemented, each in a folder of its index."""
    fallback = PurePosixPath(settings["Inputs"][0].get("FileInput", "input")).stem
    return tuple(
        _group(group, target / str(index), fallback)
        for index, group in enumerate(settings["OutputGroups"])
    )


def _group(group: Settings, folder: Path, fallback: str) -> Group:
    kind, key = _KINDS[group["OutputGroupSettings"]["Type"]]
    settings = group["OutputGroupSettings"].get(key, {})
    destination, slash, base = settings["Destination"].rpartition("/")
    base = base or fallback
    return Group(
        name=group.get("Name", ""),
        kind=kind,
        base=base,
        folder=folder,
        destination=destination + slash,
        settings=settings,
        outputs=tuple(_output(output, base, folder) for output in group["Outputs"]),
    )


def _output(output: Settings, base: str, folder: Path) -> Output:
    description = output.get("VideoDescription") or output["AudioDescriptions"][0]
    codec = description["CodecSettings"]
    return Output(
        name=base + output.get("NameModifier", ""),
        folder=folder,
        kind=codec["Codec"],
        settings=description,
        codec=codec.get(_CODEC_SETTINGS[codec["Codec"]], {}),
    )
