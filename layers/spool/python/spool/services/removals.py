"""What is deleted in S3 by hand is deleted here, too."""

from __future__ import annotations

from dataclasses import dataclass

from spool.errors import NotFound, Transient
from spool.events import ObjectDeleted
from spool.keys import OriginalKey
from spool.model import Asset, Status, Version
from spool.services import lifecycle
from spool.services.ports import Catalogue
from spool.services.restoring import Restorer, change_live, forget_version
from spool.services.storage_ports import Objects

TRIES = 5  # whoever empties a key by hand removes some versions at once

Done = str
"""What was done, for the log."""


@dataclass(frozen=True, kw_only=True)
class Removals:
    """What S3 shows by now counts, since events come late and in any order: a version that is newer
    than its removal, or than a delete marker, is never touched."""

    catalogue: Catalogue
    originals: Objects
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
        if self._shown(event.key) is not None:
            return "nothing: a newer version came"
        change_live(self.catalogue, asset, lifecycle.deleted)
        return "deleted"

    def _removed(self, asset: Asset, event: ObjectDeleted) -> Done:
        version = self.catalogue.version(asset.ref, event.version_id)
        if version is None:
            if self.catalogue.bar_version(asset.ref, event.version_id):
                return self._without_newest(asset, None, event)
            version = self.catalogue.version(asset.ref, event.version_id)
        if version is None or version.id == asset.version_id:
            return self._without_newest(asset, version, event)
        forget_version(self.catalogue, asset, version)
        return self._without_newest(asset, None, event)

    def _without_newest(self, asset: Asset, gone: Version | None, event: ObjectDeleted) -> Done:
        """`gone` is the newest version, or None where that may have been removed before. The copy
        comes first: where this ends in between, it is made once more."""
        if gone is None and self._has_newest(asset):
            return "forgot the version, if there was one"
        for _ in range(TRIES):
            shown = self._shown(asset.original_key)
            if shown is None:
                change_live(self.catalogue, asset, lifecycle.deleted)
                return "deleted"
            version = self.catalogue.version(asset.ref, shown)
            if version is not None and version.id != event.version_id:
                try:
                    self.restorer.restore(asset, version, event.event_id, None)
                except NotFound:
                    continue  # removed as well, just now
            if gone is not None:
                forget_version(self.catalogue, asset, gone)
            return f"forgot the version, for {shown}"
        raise Transient(f"The versions of {asset.original_key} are being removed.")

    def _has_newest(self, asset: Asset) -> bool:
        """Also an asset to which nothing has come yet."""
        newest = asset.version_id
        return newest is None or self.catalogue.version(asset.ref, newest) is not None

    def _shown(self, key: str) -> str | None:
        """The version that S3 gives who names none; None where it gives nothing."""
        try:
            return self.originals.head(key).version_id
        except NotFound:
            return None
