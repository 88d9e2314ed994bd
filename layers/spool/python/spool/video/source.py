"""What a job and its outputs are sized by: the few facts of a video that travel between states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Self

from spool.model import camel


@dataclass(frozen=True, kw_only=True)
class VideoSource:
    """A video as it is shown: `width` and `height` in square pixels after rotation, `duration` in
    seconds, `frame_rate` (average) in frames per second. `hdr`: its transfer is PQ or HLG.
    `audio_channels` is 0 where there is no sound. `rotation` is what an encoder must be told, in
    degrees clockwise: 0 where the picture is upright, or the container says how it gets so."""

    width: int
    height: int
    duration: float
    frame_rate: Fraction
    audio_channels: int
    hdr: bool
    rotation: int = 0
    variable_frame_rate: bool = False

    def to_dict(self) -> dict[str, Any]:
        values = {camel(name): value for name, value in asdict(self).items()}
        return {**values, "frameRate": str(self.frame_rate)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        values = {name: data[camel(name)] for name in cls.__dataclass_fields__}
        return cls(**{**values, "frame_rate": Fraction(values["frame_rate"])})
