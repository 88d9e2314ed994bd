"""What is stored and cached of an asset follows the catalogue: a deletion, a change of privacy, a
new version. Of a deleted one nothing stays but its record, which says so.

What is removed was listed before the asset was read: since no tag is ever moved to twice, it can't
belong to a later state than the one that was read, however late it is removed. What is moved is
listed after, and is complete, since the catalogue said so. So no lock is needed, whoever else is at
work.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from spool.errors import NotFound, Transient
from spool.formats import Family
from spool.keys import (
    CAPTURES,
    MANIFEST,
    PRIVATE,
    QUICK,
    RENDITIONS,
    VARIANTS,
    AssetRef,
    delivered,
    is_private,
    moved_tag,
)
from spool.model import Asset, Status
from spool.services import lifecycle
from spool.services.manifests import Manifest, load_manifest, store_manifest
from spool.services.ports import Catalogue, Cdn
from spool.services.publication import processed_urls
from spool.services.storage_ports import Objects, OriginalVersions

TRIES = 5
COPIES_AT_ONCE = 10  # connections that a client of botocore keeps
SWEEPS = (60, 840)
"""Seconds until what was under way is looked for: a variant that was being made, and, of an asset
deleted during a run, what that made until it noticed."""


@dataclass(frozen=True)
class _Made:
    """What was made of an asset: sizes in bytes by key, and keys in the variants' bucket."""

    renditions: Mapping[str, int]
    variants: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.renditions or self.variants)

    def of(self, *, private: bool) -> _Made:
        """Captures are nobody's to see, and expire."""
        return _Made(
            {
                key: size
                for key, size in self.renditions.items()
                if key.startswith(PRIVATE) is private and not key.startswith(CAPTURES)
            },
            [key for key in self.variants if key.startswith(PRIVATE) is private],
        )


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """`cdn_url` is the distribution's origin: scheme and host."""

    catalogue: Catalogue
    originals: OriginalVersions
    renditions: Objects
    variants: Objects
    cdn: Cdn
    cdn_url: str

    def reconcile(
        self, ref: AssetRef, reference: str, *, sweep: int = 0, again: bool = False
    ) -> int | None:
        """Remove, move and purge as the asset is now; `sweep` says how often it was looked at for
        the same reason. Seconds until it should be once more. Doing it `again`, for the same reason
        and with a `reference` of its own, mends what was left undone. Raises Transient."""
        for _ in range(TRIES):
            made = self._made(ref)
            asset = self.catalogue.get(ref.org_id, ref.media_id)
            if asset is None:
                return None
            tag = asset.tag
            if asset.status is Status.DELETED:
                stale = again or sweep == 0 or bool(made)
                return self._erase(asset, made, sweep, purged_as=reference if stale else None)
            if tag is None or is_private(tag) is asset.private:
                obsolete = made.of(private=not asset.private)
                return self._forget(asset, obsolete, reference, sweep)
            try:
                self._move(asset, tag, made, reference)
            except NotFound:
                continue  # another moved it meanwhile
        raise Transient(f"Asset {ref.media_id} is being moved by others.")

    def _made(self, ref: AssetRef) -> _Made:
        def sizes(bucket: Objects, *places: str) -> dict[str, int]:
            under = [bucket.sizes(f"{place}{ref.path}/") for place in places]
            return {key: size for one in under for key, size in one.items()}

        return _Made(
            sizes(self.renditions, *delivered(RENDITIONS), CAPTURES),
            [*sizes(self.variants, *delivered(VARIANTS), *delivered(QUICK))],
        )

    def _erase(self, asset: Asset, made: _Made, sweep: int, *, purged_as: str | None) -> int | None:
        """Remove all that is left of a deleted asset; how long until another sweep. The CDN has
        copies to forget once, and later only of what a sweep finds: what was made meanwhile."""
        self._remove(made)
        if asset.tag is not None and purged_as is not None:
            self._purge(asset, purged_as)
        self.originals.remove_all(self.originals.all(asset.ref.originals))
        self.catalogue.forget(asset.ref)
        return SWEEPS[sweep] if sweep < len(SWEEPS) else None

    def _forget(self, asset: Asset, made: _Made, reference: str, sweep: int) -> int | None:
        """Remove what is `made` and purge; how long until another sweep."""
        self._remove(made)
        if asset.tag is not None:
            self._purge(asset, reference)
        return SWEEPS[0] if sweep == 0 else None

    def _remove(self, made: _Made) -> None:
        """Manifests first: without one, no more variants are made."""
        self.renditions.delete(sorted(made.renditions, key=lambda key: not _is_manifest(key)))
        self.variants.delete(made.variants)

    def _move(self, asset: Asset, tag: str, made: _Made, reference: str) -> None:
        """Copy what is under `tag` to another that is as private as is wanted, and have the
        catalogue say so, unless it was changed meanwhile. What becomes private is no longer resized
        from the start. Raises NotFound when another moved it."""
        new = moved_tag(tag, private=asset.private)
        source, target = (asset.ref.rendition(one, "") for one in (tag, new))
        manifest = self._manifest(asset.ref, tag, new)
        processed = processed_urls(self.cdn_url, asset.original_key, new, manifest["renditions"])
        changes = {"tag": new, "private": asset.private, "processed": processed}
        store_manifest(self.renditions, asset.ref, new, {**manifest, **changes})
        if asset.private:
            self._remove(_Made({f"{source}{MANIFEST}": 0}, made.of(private=False).variants))
            self._purge(asset, reference)
        self._copy(source, target, made.renditions)
        self.catalogue.update(asset, lifecycle.moved(asset, new, processed))

    def _manifest(self, ref: AssetRef, old: str, new: str) -> Manifest:
        """Under the old tag, or the new one when an earlier try came as far."""
        with suppress(NotFound):
            return load_manifest(self.renditions, ref, old)
        return load_manifest(self.renditions, ref, new)

    def _copy(self, source: str, target: str, copied: Container[str]) -> None:
        """Copy all but the manifest. Listed anew: when `copied` was, another might just have been
        moving here what by now is the asset's."""
        names = [key.removeprefix(source) for key in self.renditions.sizes(source)]
        missing = [n for n in names if n != MANIFEST and f"{target}{n}" not in copied]
        with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
            for _ in pool.map(
                lambda name: self.renditions.copy(f"{source}{name}", f"{target}{name}"), missing
            ):
                pass

    def _purge(self, asset: Asset, reference: str) -> None:
        """An earlier version may have been a video."""
        streams = asset.type is Family.VIDEO or asset.version_number > 1
        self.cdn.purge(asset.ref, f"{reference}.{asset.rev}", streams=streams)


def _is_manifest(key: str) -> bool:
    return key.endswith(f"/{MANIFEST}")
