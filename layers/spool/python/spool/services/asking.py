"""Which variant of which picture a request is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spool.errors import (
    AssetErrorCode,
    InvalidRequest,
    NotFound,
    NotReady,
    PayloadTooLarge,
    RequestError,
    UnsupportedMediaType,
)
from spool.imaging.options import InvalidOptions, VariantOptions
from spool.keys import CURRENT, AssetRef, InvalidKey, VariantKey, is_private
from spool.model import Asset, Status
from spool.services.ports import Catalogue
from spool.services.source import Source, Sources

_REFUSED: Mapping[AssetErrorCode, type[RequestError]] = {
    AssetErrorCode.SIZE_LIMIT: PayloadTooLarge,
    AssetErrorCode.PIXEL_LIMIT: PayloadTooLarge,
    AssetErrorCode.RESOURCE_LIMIT: PayloadTooLarge,
    AssetErrorCode.UNSUPPORTED_TYPE: UnsupportedMediaType,
    AssetErrorCode.TYPE_MISMATCH: UnsupportedMediaType,
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request. It is `pinned` when it names the tag, and so never means another picture.

    `requested` are its options, and `effective` those that they come to for this picture.
    """

    ref: AssetRef
    tag: str
    pinned: bool
    source: Source
    requested: VariantOptions
    effective: VariantOptions

    @property
    def key(self) -> str:
        """Where the CDN looks for it, when it is asked with the tag."""
        return self.ref.variant(self.tag, self.requested.name)

    @property
    def final_key(self) -> str:
        return self.ref.variant(self.tag, self.effective.name)

    @property
    def quick_key(self) -> str:
        return self.ref.quick_variant(self.tag, self.effective.name)

    @property
    def seen(self) -> bool:
        """Whether the CDN has looked under `final_key` before it asked."""
        return self.pinned and self.requested == self.effective

    @property
    def unseen_keys(self) -> Sequence[str]:
        """Where it may be stored and the CDN hasn't looked."""
        keys = dict.fromkeys((self.key, self.final_key))
        return [key for key in keys if not (self.pinned and key == self.key)]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """`widths` is the ladder of sizes that the edge asks for."""

    catalogue: Catalogue
    sources: Sources
    widths: Sequence[int]

    def understand(self, path: str) -> Asked:
        """The request for a canonical path, `variants/…` or `p/variants/…`. Raises RequestError."""
        try:
            key = VariantKey.parse(path)
            options = VariantOptions.from_name(key.options, self.widths)
        except InvalidKey as error:
            raise _nothing() from error
        except InvalidOptions as error:
            raise InvalidRequest(str(error)) from error
        pinned = key.tag != CURRENT
        tag = key.tag if pinned else self._current_tag(key)
        source = self.sources.of(key.ref, tag)
        return Asked(
            ref=key.ref,
            tag=tag,
            pinned=pinned,
            source=source,
            requested=options,
            effective=source.effective(options),
        )

    def _current_tag(self, key: VariantKey) -> str:
        """What is private isn't there for the public, and the other way round."""
        asset = self.catalogue.get(key.ref.org_id, key.ref.media_id)
        if asset is None or asset.ref != key.ref or asset.private is not key.private:
            raise _nothing()
        if asset.tag is None or asset.status is Status.DELETED:
            raise _without_picture(asset)
        if is_private(asset.tag) is not asset.private:
            raise NotReady(f"{asset.id} is being moved.")
        return asset.tag


def refused(code: AssetErrorCode, message: str) -> RequestError:
    """What `/img` answers for an upload that failed so."""
    return _REFUSED.get(code, NotFound)(message)


def _nothing() -> NotFound:
    return NotFound("There is no such picture.")


def _without_picture(asset: Asset) -> RequestError:
    if asset.status is Status.DELETED:
        return NotFound(f"{asset.id} was deleted.")
    if asset.error is None:
        return NotReady(f"{asset.id} is {asset.status}.")
    return refused(asset.error.code, asset.error.message)
