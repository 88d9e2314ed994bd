"""What a published version has to make variants from: its mips, as its manifest lists them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from spool.errors import NotFound, UnsupportedMediaType
from spool.events import RenditionSummary
from spool.formats import Family
from spool.imaging.options import LEGACY, VariantOptions, legacy_format
from spool.keys import AssetRef
from spool.services.manifests import Manifest, load_manifest
from spool.services.storage_ports import Objects

SOURCES_KEPT = 256
_MOVING = frozenset({"gif", "webp"})


@dataclass(frozen=True)
class Source:
    """`width` and `height` are those of the largest mip, in pixels; `mips` are (long edge, key),
    smallest first."""

    width: int
    height: int
    has_alpha: bool
    frames: int
    mips: tuple[tuple[int, str], ...]

    @classmethod
    def from_manifest(cls, manifest: Manifest, ref: AssetRef, tag: str) -> Self:
        """Of an image, or of a video's poster. Raises UnsupportedMediaType for an asset that has
        no picture."""
        mips = sorted(
            (r for r in manifest["renditions"] if r["name"].startswith("mip_")), key=_long_edge
        )
        if not mips:
            raise UnsupportedMediaType(f"{ref.media_id} has no picture.")
        still = manifest["type"] == Family.VIDEO
        return cls(
            width=mips[-1]["width"],
            height=mips[-1]["height"],
            has_alpha=bool(manifest["hasAlpha"]),
            frames=1 if still else manifest["frames"] or 1,
            mips=tuple((_long_edge(r), ref.rendition(tag, r["name"])) for r in mips),
        )

    def effective(self, options: VariantOptions) -> VariantOptions:
        """The variant that `options` come to for this picture: whatever makes no difference to it
        is left out, so that what looks the same is one variant.

        An animation asked for as AVIF is WebP: `f=auto` must not make a still of it, and libvips
        writes no animated AVIF. Raises NotFound for a frame beyond the last.
        """
        frame = options.frame if self.frames > 1 else None
        if frame and frame > self.frames:
            raise NotFound(f"The picture has no frame {frame}: it ends with {self.frames}.")
        moving = self.frames > 1 and frame is None
        fmt = options.format
        if fmt == LEGACY:
            fmt = legacy_format(has_alpha=self.has_alpha, animated=moving)
        elif fmt == "avif" and moving:
            fmt = "webp"
        shows_ground = self.has_alpha or options.fit == "contain"
        return (
            replace(
                options,
                format=fmt,
                frame=None if frame == 1 and fmt not in _MOVING else frame,
                background=options.background if shows_ground else None,
            )
            .within(self.width, self.height)
            .normal()
        )

    def mip_for(self, options: VariantOptions) -> str:
        """Key of the smallest mip that has enough pixels."""
        needed = options.long_edge(self.width, self.height)
        return next((key for edge, key in self.mips if edge >= needed), self.mips[-1][1])


@dataclass(frozen=True, kw_only=True)
class Sources:
    """`kept` is the warm function's memory of manifests, which never change."""

    renditions: Objects
    kept: dict[tuple[AssetRef, str], Source] = field(default_factory=dict)

    def of(self, ref: AssetRef, tag: str) -> Source:
        """Raises NotFound, and UnsupportedMediaType for an asset that has no picture."""
        key = ref, tag
        if key not in self.kept:
            source = Source.from_manifest(self._manifest(ref, tag), ref, tag)
            if len(self.kept) == SOURCES_KEPT:
                self.kept.clear()
            self.kept[key] = source
        return self.kept[key]

    def _manifest(self, ref: AssetRef, tag: str) -> Manifest:
        try:
            return load_manifest(self.renditions, ref, tag)
        except NotFound as error:
            raise NotFound("There is no such version of a picture.") from error


def _long_edge(rendition: RenditionSummary) -> int:
    return max(rendition["width"], rendition["height"])
