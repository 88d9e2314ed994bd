"""The small, slow encode of a variant that is asked for again and again, in place of the quick
one."""

from __future__ import annotations

from dataclasses import dataclass

from spool.errors import NotFound
from spool.imaging.variant import Effort, VariantOptions, make_variant
from spool.keys import VariantKey
from spool.services.source import Sources
from spool.services.storage_ports import Objects


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    sources: Sources
    renditions: Objects
    variants: Objects

    def optimize(self, key: str, etag: str) -> bool:
        """Replace the quick encode under `key`, which has that ETag, by one that stays; whether it
        was still there to be replaced.

        It is the smaller of the two: now and then effort is in vain. Raises MediaError for a mip
        that can't be decoded, and PayloadTooLarge.
        """
        try:
            quick = self.variants.get(key)
        except NotFound:
            return False
        if quick.etag != etag:
            quick.body.close()
            return False
        shown = quick.read()
        try:
            small = self._small(VariantKey.parse(key))
        except NotFound:
            return False  # deleted while its variants still are being
        best = min(small, shown, key=len)
        return self.variants.replace(key, etag, best, quick.content_type)

    def _small(self, key: VariantKey) -> bytes:
        source = self.sources.of(key.ref, key.tag)
        options = source.effective(VariantOptions.from_name(key.options, widths=None))
        mip = self.renditions.get(source.mip_for(options)).read()
        return make_variant(mip, options, Effort.SMALL).data
