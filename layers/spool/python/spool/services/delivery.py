"""`/img`: a picture in the size and format that a page asks for, made once and kept.

The CDN looks into `variants/` itself and asks here for what is not there. What is made here is kept
in `quick/`, where the CDN does not look, so that its fetches come here and are counted, until there
are enough of them to be worth a small encode. What is more than Lambda can return is put where the
CDN finds it, and who asked is sent there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from time import perf_counter

from spool.errors import MediaError, NotFound, QuotaExceeded, Transient
from spool.http import BODY_LIMIT
from spool.imaging.economy import SMALL_AFTER
from spool.imaging.variant import Encoded, make_variant
from spool.services.answering import Picture, is_final, picture, redirect
from spool.services.asking import Asked, Asking, refused
from spool.services.ports import Demand, Encodes
from spool.services.storage_ports import Objects, Stored

QUICK_AGE = 60  # seconds that a quick encode may be kept: soon a small one may be there

STORED_VARIANT_ASKED = "StoredVariantAsked"
"""The CDN asked here for what is in `variants/` for some time: it may not be able to read there."""
NOT_COUNTED = "DemandNotCounted"
NOT_KEPT = "VariantNotKept"


@dataclass(frozen=True, kw_only=True)
class ImageServer:
    """`limit` is how many variants of one version may be made, beyond those that always are."""

    asking: Asking
    renditions: Objects
    variants: Objects
    demand: Demand
    encodes: Encodes
    limit: int

    def picture(self, path: str) -> Picture:
        """The variant that a canonical path names (`variants/…`, `p/variants/…`).

        Raises RequestError, NotReady among others.
        """
        asked = self.asking.understand(path)
        for key in asked.unseen_keys:
            if stored := self._find(key):
                return self._stored(asked, key, stored)
        if quick := self._find(asked.quick_key):
            return self._asked_again(asked, quick)
        return self._made(asked)

    def _find(self, key: str) -> Stored | None:
        try:
            return self.variants.get(key)
        except NotFound:
            return None

    def _stored(self, asked: Asked, key: str, stored: Stored) -> Picture:
        if stored.size <= BODY_LIMIT:
            return picture(asked, stored)
        stored.body.close()
        if key != asked.key:
            self._place(asked, key, stored)
        return redirect(asked, stored)

    def _place(self, asked: Asked, key: str, stored: Stored) -> None:
        """Have the CDN find what is under `key` by the name that it was asked for too."""
        if not (asked.requested.plain or self._admit(asked)):
            raise _full()
        if not is_final(stored):
            self.encodes.request(asked.key, stored.etag)
        self.variants.copy(key, asked.key)

    def _asked_again(self, asked: Asked, quick: Stored) -> Picture:
        """A failure to count fails nobody's request: the next one is counted."""
        try:
            times = self.demand.asked(asked.quick_key)
            enough = SMALL_AFTER[asked.effective.format]
            if times > enough and (stored := self._find(asked.final_key)):
                quick.body.close()
                signals = [STORED_VARIANT_ASKED] if asked.seen and is_final(stored) else []
                return replace(self._stored(asked, asked.final_key, stored), signals=signals)
            if times >= enough:
                data = quick.read()
                quick = replace(quick, body=BytesIO(data))
                self._promote(asked.final_key, data, quick.content_type)
        except Transient:
            return picture(asked, quick, signals=[NOT_COUNTED])
        return picture(asked, quick)

    def _promote(self, key: str, data: bytes, content_type: str) -> bool:
        """To where the CDN looks. Queued first: what is never queued would stay quick."""
        self.encodes.request(key, _etag(data))
        return self.variants.put_new(key, data, content_type, max_age=QUICK_AGE)

    def _made(self, asked: Asked) -> Picture:
        seconds: dict[str, float] = {}
        with _timed(seconds, "mip"):
            mip = self._admitted_mip(asked)
        with _timed(seconds, "encode"):
            made = _encoded(mip, asked)
        stored = Stored(
            size=len(made.data),
            content_type=made.content_type,
            etag=_etag(made.data),
            body=BytesIO(made.data),
            cache_control=f"public, max-age={QUICK_AGE}",
        )
        if stored.size > BODY_LIMIT:
            new = self._promote(asked.final_key, made.data, made.content_type)
            signals = [STORED_VARIANT_ASKED] if asked.seen and not new else []
            return replace(self._stored(asked, asked.final_key, stored), signals=signals)
        with _timed(seconds, "store"):
            signals = self._keep(asked.quick_key, made)
        return picture(asked, stored, seconds=seconds, signals=signals)

    def _admitted_mip(self, asked: Asked) -> bytes:
        """The mip, read while the variant is admitted. Raises QuotaExceeded."""
        key = asked.source.mip_for(asked.effective)
        if asked.effective.plain:
            return self.renditions.get(key).read()
        with ThreadPoolExecutor(max_workers=1) as beside:
            admitted = beside.submit(self._admit, asked)
            mip = self.renditions.get(key).read()
            if not admitted.result():
                raise _full()
        return mip

    def _admit(self, asked: Asked) -> bool:
        return self.demand.admit(asked.ref, asked.tag, self.limit)

    def _keep(self, key: str, made: Encoded) -> list[str]:
        """Of several that make it at once the first one's stays. Who asked gets it even if it
        can't be kept."""
        try:
            self.variants.put_new(key, made.data, made.content_type, max_age=QUICK_AGE)
        except Transient:
            return [NOT_KEPT]
        return []


def _encoded(mip: bytes, asked: Asked) -> Encoded:
    try:
        return make_variant(mip, asked.effective)
    except MediaError as error:
        raise refused(error.code, str(error)) from error


def _full() -> QuotaExceeded:
    return QuotaExceeded("No more variants of this picture are made: it has too many.")


def _etag(data: bytes) -> str:
    """As S3 has it for an object that was put whole."""
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = perf_counter()
    yield
    seconds[name] = perf_counter() - start
