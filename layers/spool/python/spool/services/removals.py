"""What is deleted in S3 by hand is deleted here, too."""

from __future__ import annotations

from dataclasses import dataclass

from spool.errors import NotFound
from spool.events import ObjectDeleted
from spool.keys import OriginalKey
from spool.model import Asset, Status, Version
from spool.services import lifecycle
from spool.services.ports import Catalogue
from spool.services.restoring import Restorer, change_live, forget_version

Done = str
"""What was done, for the log."""


@dataclass(frozen=True, kw_only=True)
class Removals:
    catalogue: Catalogue
    restorer: Restorer

    def heed(self, event: ObjectDeleted) -> Done:
        """A delete marker deletes the asset, and so does the removal of its last version. Where its
        newest version is removed and others are left, the newest of them takes its place. Raises
        InvalidKey for a key outside the scheme."""
        ref = OriginalKey.parse(event.key).ref
        asset = self.catalogue.get(ref.org_id, ref.media_id)
        if asset is None or asset.original_key != event.key or asset.status is Status.DELETED:
            return "nothing: no asset is there"
        try:
            return self._hidden(asset, event) if event.hidden else self._removed(asset, event)
        except NotFound:
            return "nothing: the asset was deleted meanwhile"

    def _hidden(self, asset: Asset, event: ObjectDeleted) -> Done:
        def move(known: Asset) -> Asset:
            newer = known.sequencer is not None and known.sequencer > event.sequencer
            return known if newer else lifecycle.deleted(known)

        after = change_live(self.catalogue, asset, move)
        return "deleted" if after.status is Status.DELETED else "nothing: a newer version came"

    def _removed(self, asset: Asset, event: ObjectDeleted) -> Done:
        version = self.catalogue.version(asset.ref, event.version_id)
        if version is None:
            barred = self.catalogue.bar_version(asset.ref, event.version_id)
            if barred or self.catalogue.version(asset.ref, event.version_id) is None:
                return "nothing: no version of the asset"
            return self._removed(asset, event)  # its arrival was heard of just now
        if version.id == asset.version_id:
            return self._fall_back(asset, version, event.event_id)
        forget_version(self.catalogue, asset, version)
        return "forgot the version"

    def _fall_back(self, asset: Asset, gone: Version, correlation_id: str) -> Done:
        """The copy comes first: where this ends in between, it is made once more."""
        others = [one for one in self.catalogue.versions(asset.ref) if one.id != gone.id]
        for version in sorted(others, key=lambda one: one.number, reverse=True):
            try:
                self.restorer.restore(asset, version, correlation_id, None)
            except NotFound:
                forget_version(self.catalogue, asset, version)
                continue
            forget_version(self.catalogue, asset, gone)
            return f"fell back on version {version.number}"
        return self._delete_last(asset, gone)

    def _delete_last(self, asset: Asset, gone: Version) -> Done:
        def move(known: Asset) -> Asset:
            return known if known.version_id != gone.id else lifecycle.deleted(known)

        after = change_live(self.catalogue, asset, move)
        if after.status is Status.DELETED:
            return "deleted"
        forget_version(self.catalogue, asset, gone)
        return "forgot the version"
