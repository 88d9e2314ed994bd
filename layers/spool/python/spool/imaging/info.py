"""What a header says of an image."""

from __future__ import annotations

from dataclasses import dataclass, field

from spool.formats import Format


@dataclass(frozen=True, kw_only=True)
class ImageInfo:
    """One image as its header describes it.

    `width` and `height` are in pixels and upright. `orientation` is what EXIF asks for (1-8); HEIC
    and AVIF always have 1, since their decoders turn the picture themselves. `frames` counts those
    that are decoded: 1 for APNG and TIFF, of which only the first is. `bit_depth` is per channel.
    `decoder_bytes` is what a decoder holds at once, beyond a few rows. `exif` starts at its TIFF
    header; `exif` and `icc` are empty when the file has none.
    """

    format: Format
    width: int
    height: int
    frames: int = 1
    has_alpha: bool = False
    bit_depth: int = 8
    orientation: int = 1
    decoder_bytes: int = 0
    exif: bytes = field(default=b"", repr=False)
    icc: bytes = field(default=b"", repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def animated(self) -> bool:
        return self.frames > 1

    @property
    def pixels(self) -> int:
        return self.width * self.height * self.frames

    @property
    def long_edge(self) -> int:
        return max(self.width, self.height)


def upright(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Size as displayed: EXIF orientations 5-8 turn the picture by a quarter."""
    return (height, width) if orientation >= 5 else (width, height)
