"""`/img`: a picture in the size and format that a page asks for, made once and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from spool.errors import (
    AssetErrorCode,
    InvalidRequest,
    NotFound,
    NotReady,
    PayloadTooLarge,
    RequestError,
    UnsupportedMediaType,
)
from spool.formats import Family
from spool.imaging.variant import InvalidOptions, VariantOptions, legacy_format, make_variant
from spool.keys import MANIFEST, AssetRef, InvalidKey, OriginalKey, is_tag
from spool.model import Asset, Status
from spool.services.ports import Catalogue, Objects, Stored

PARAMETERS = frozenset({"v", "w", "h", "fit", "q", "f", "dpr"})
SOURCES_KEPT = 256

_REFUSED: Mapping[AssetErrorCode, type[RequestError]] = {
    AssetErrorCode.SIZE_LIMIT: PayloadTooLarge,
    AssetErrorCode.PIXEL_LIMIT: PayloadTooLarge,
    AssetErrorCode.RESOURCE_LIMIT: PayloadTooLarge,
    AssetErrorCode.UNSUPPORTED_TYPE: UnsupportedMediaType,
    AssetErrorCode.TYPE_MISMATCH: UnsupportedMediaType,
}
"""What `/img` answers for an upload that failed; NotFound for other reasons."""


@dataclass(frozen=True)
class Source:
    """What a manifest says of the picture: its upright size, and the mips to make variants from,
    as (long edge, key), smallest first."""

    original_key: str
    width: int
    height: int
    has_alpha: bool
    animated: bool
    mips: tuple[tuple[int, str], ...]

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], ref: AssetRef, tag: str) -> Source:
        """Of an image, or of a video's poster. Raises UnsupportedMediaType for an asset that has
        no picture."""
        mips = sorted(
            (r for r in manifest["renditions"] if r["name"].startswith("mip_")), key=_long_edge
        )
        if not mips:
            raise UnsupportedMediaType(f"{ref.media_id} has no picture.")
        picture = mips[-1] if manifest["type"] == Family.VIDEO else manifest
        return cls(
            original_key=manifest["originalKey"],
            width=picture["width"],
            height=picture["height"],
            has_alpha=bool(manifest["hasAlpha"]),
            animated=(manifest["frames"] or 1) > 1,
            mips=tuple((_long_edge(r), ref.rendition(tag, r["name"])) for r in mips),
        )

    def mip_for(self, options: VariantOptions) -> str:
        """Key of the smallest mip that has enough pixels."""
        needed = options.long_edge(self.width, self.height)
        return next((key for edge, key in self.mips if edge >= needed), self.mips[-1][1])

    def options(self, query: Mapping[str, str]) -> VariantOptions:
        """What `query` asks for of this picture. Raises InvalidRequest.

        An animation asked for as AVIF is WebP: `f=auto` must not make a still of it, and libvips
        writes no animated AVIF.
        """
        fallback = legacy_format(has_alpha=self.has_alpha, animated=self.animated)
        try:
            options = VariantOptions.parse(query, fallback)
        except InvalidOptions as error:
            raise InvalidRequest(str(error)) from error
        if self.animated and options.format == "avif":
            options = replace(options, format="webp")
        return options.within(self.width, self.height)


@dataclass(frozen=True)
class Picture:
    """A stored variant. `pinned` when its URL names the tag, and so never means another picture."""

    key: str
    stored: Stored
    pinned: bool


@dataclass(frozen=True, kw_only=True)
class ImageServer:
    """`sources` is the warm function's memory of manifests, which never change."""

    catalogue: Catalogue
    renditions: Objects
    variants: Objects
    sources: dict[str, Source] = field(default_factory=dict)

    def picture(self, path: str, query: Mapping[str, str]) -> Picture:
        """The variant that a URL names: the part of its path after `/img/`, and its query.

        Raises RequestError, NotReady among others.
        """
        unknown = sorted(query.keys() - PARAMETERS)
        if unknown:
            raise InvalidRequest(f"{unknown[0]} is not a parameter of /img.")
        keys = _keys(path)
        ref = keys[0].ref
        tag = query["v"] if "v" in query else self._current_tag(keys)
        if not is_tag(tag):
            raise InvalidRequest("v is not a tag.")
        source = self._source(ref, tag)
        if source.original_key not in map(str, keys):
            raise NotFound("There is no asset with this key.")
        options = source.options(query)
        key = ref.variant(tag, options.canonical())
        return Picture(key, self._variant(key, source, options), pinned="v" in query)

    def _current_tag(self, keys: Sequence[OriginalKey]) -> str:
        ref = keys[0].ref
        asset = self.catalogue.get(ref.org_id, ref.media_id)
        if asset is None or asset.original_key not in map(str, keys):
            raise NotFound("There is no asset with this key.")
        if asset.tag is None or asset.status is Status.DELETED:
            raise _without_picture(asset)
        return asset.tag

    def _source(self, ref: AssetRef, tag: str) -> Source:
        key = ref.rendition(tag, MANIFEST)
        if key not in self.sources:
            manifest = json.loads(self._manifest(key))
            if len(self.sources) == SOURCES_KEPT:
                self.sources.clear()
            self.sources[key] = Source.from_manifest(manifest, ref, tag)
        return self.sources[key]

    def _manifest(self, key: str) -> bytes:
        try:
            return self.renditions.get(key).read()
        except NotFound as error:
            raise NotFound("There is no such version of a picture.") from error

    def _variant(self, key: str, source: Source, options: VariantOptions) -> Stored:
        try:
            return self.variants.get(key)
        except NotFound:
            made = make_variant(self.renditions.get(source.mip_for(options)).read(), options)
        self.variants.put_new(key, made.data, made.content_type)
        return Stored(len(made.data), made.content_type, _etag(made.data), BytesIO(made.data))


def _long_edge(rendition: Mapping[str, Any]) -> int:
    edge: int = max(rendition["width"], rendition["height"])
    return edge


def _etag(data: bytes) -> str:
    """As S3 has it for an object that was put whole."""
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _keys(path: str) -> list[OriginalKey]:
    """The original keys that `path` may mean: platforms differ in whether they decode it, and a
    key may itself hold a percent sign. All are of one asset. Raises NotFound."""
    keys = []
    for text in dict.fromkeys((unquote(path), path)):
        try:
            keys.append(OriginalKey.parse(text))
        except InvalidKey:
            continue
    if not keys:
        raise NotFound("There is no asset with this key.")
    return keys


def _without_picture(asset: Asset) -> RequestError:
    if asset.status is Status.DELETED:
        return NotFound(f"{asset.id} was deleted.")
    if asset.error is None:
        return NotReady(f"{asset.id} is {asset.status}.")
    return _REFUSED.get(asset.error.code, NotFound)(asset.error.message)
