"""Recreate the catalogue of an empty or damaged table, from manifests and S3's versions.

Originals are read key by key, so one asset is held at a time, and the names of the organisations.
What is in the table stays: an asset that is not there is inserted, a version that an asset lacks
is added, both by the catalogue's own writes, which count them. So it may be run again, or while
uploads go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from operate.recreate import STAGE, newest_manifest, numbered, recreated, unnamed, version_of
from operate.register import MALFORMED, Register
from operate.shelf import Original, Shelf
from spool.aws.catalogue import DynamoCatalogue, partition_key
from spool.aws.catalogue_writes import VERSION
from spool.errors import Superseded
from spool.keys import InvalidKey, OriginalKey
from spool.model import Asset, Status, Version, timestamp
from spool.services import lifecycle
from spool.services.lifecycle import Step
from spool.services.ports import NOTHING, Beside, Clock
from spool.services.run_ports import Intakes


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """`private` is what an asset becomes that has no manifest to say it: that of an unprocessed one
    may have been meant to be. Without `really`, nothing is written."""

    register: Register
    shelf: Shelf
    intake: Intakes | None
    private: bool
    clock: Clock
    really: bool
    organisations: set[str] = field(default_factory=set)

    def run(self, org_id: str | None = None) -> Iterator[str]:
        """A line for each asset that is not as it should be, or can't be. With an `intake`, what
        was left `failed` by this or an earlier rebuild is processed again."""
        for original in self.shelf.originals(org_id):
            if not original.stored:
                continue
            try:
                key = OriginalKey.parse(original.key)
            except InvalidKey as error:
                yield f"left  {original.key}: {error}"
                continue
            self.organisations.add(key.ref.org_id)
            try:
                yield from self._asset(key, original)
            except MALFORMED as error:
                yield f"left  {key.ref.path}: its item or manifest can't be read: {error!r}"

    def _asset(self, key: OriginalKey, original: Original) -> Iterator[str]:
        asset = self._catalogue.get(key.ref.org_id, key.ref.media_id)
        is_new = asset is None
        if asset is None:
            asset = self._recreated(key, original)
            yield f"{self._says('recreate')}  {_summary(asset, original)}"
        if asset.status is Status.DELETED:
            return
        if asset.original_key != original.key:
            yield f"left  {original.key}: its asset is at {asset.original_key}"
            return
        if self.really or not is_new:
            added = self._completed(asset, key.filename)
            if not is_new:
                yield from (f"{self._says('add')}  {key.ref.path} version {v.id}" for v in added)
        if self.intake and asset.error and asset.error.stage == STAGE:
            sizes = {version.id: version.size for version in original.stored}
            if self.really:
                attempt = int(self.clock().timestamp())
                self.intake.process(asset, sizes.get(asset.version_id or "", 0), attempt)
            yield f"{self._says('queue')}  {key.ref.path}"

    def _recreated(self, key: OriginalKey, original: Original) -> Asset:
        """With its newest version, unless the catalogue has that."""
        manifest = newest_manifest(self.shelf.manifests(key.ref))
        versions = self._catalogue.versions(key.ref)
        known = {version.id: version.number for version in versions}
        if manifest is not None and manifest["versionNumber"] not in known.values():
            known.setdefault(manifest["versionId"], manifest["versionNumber"])
        numbers = numbered(original.stored, known)
        now = timestamp(self.clock())
        asset = recreated(key, original.stored, manifest, numbers, private=self.private, now=now)
        newest = version_of(original.stored[0], numbers[original.stored[0].id], asset.filename)
        missing = newest.id not in {version.id for version in versions}
        held = sum(v.bytes for v in versions) + (newest.bytes if missing else 0)
        asset = replace(asset, stored_bytes=held)
        if not self.really:
            return asset
        beside = Beside(adds=newest) if missing else NOTHING
        if not self._catalogue.insert(asset, beside):  # its own event came first
            return self._catalogue.get(asset.org_id, asset.id) or asset
        return asset

    def _completed(self, asset: Asset, filename: str) -> Sequence[Version]:
        """Add the versions that the catalogue lacks, and see that the asset's bytes are their sum.
        S3 is listed after the catalogue: a version is removed from S3 first."""
        versions = self._catalogue.versions(asset.ref)
        stored = self.shelf.original(asset.original_key).stored
        known = {version.id: version.number for version in versions}
        missing = unnamed(asset, stored, known.keys())
        if asset.version_id is not None:
            known.setdefault(asset.version_id, asset.version_number)
        numbers = numbered(stored, known)
        added = [version_of(version, numbers[version.id], filename) for version in missing]
        if self.really:
            for version in added:
                self._add(asset, version)
            if asset.stored_bytes != sum(version.bytes for version in versions):
                self._add(asset, None)
        return added

    def _add(self, asset: Asset, version: Version | None) -> None:
        catalogue = self._catalogue

        def move(known: Asset | None) -> Asset | Step:
            if known is None or known.status is Status.DELETED:
                raise Superseded(f"{asset.id} is gone.")
            there = {one.id: one for one in catalogue.versions(known.ref)}
            adds = None if version is None or self._was_there(known, version) else version
            after = replace(
                known,
                stored_bytes=sum(one.bytes for one in [*there.values(), *([adds] if adds else [])]),
                versions_seen=max(known.versions_seen, adds.number if adds else 0),
            )
            if adds is None and after == known:
                return known
            return Step(replace(after, rev=known.rev + 1), Beside(adds=adds))

        with suppress(Superseded):
            lifecycle.change(catalogue, asset.org_id, asset.id, move)

    def _was_there(self, asset: Asset, version: Version) -> bool:
        """Also one that was removed, which the catalogue remembers for a while."""
        pk, sk = partition_key(asset.org_id, asset.id), f"{VERSION}{version.id}"
        return self.register.item({"pk": pk, "sk": sk}) is not None

    def _says(self, verb: str) -> str:
        if not self.really:
            return f"would {verb}"
        return f"{verb.removesuffix('e')}ed"

    @property
    def _catalogue(self) -> DynamoCatalogue:
        return self.register.catalogue


def _summary(asset: Asset, original: Original) -> str:
    size = sum(version.size for version in original.stored)
    privacy = "private " if asset.private else ""
    what = f"{privacy}{asset.status}, {len(original.stored)} version(s), {size:,} bytes"
    return f"{asset.ref.path}: {what}"
