"""Doubles of a ready asset: to be moved, spoiled and deleted, and made at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.cloud import Cloud
from tests.integration.bucket import Bucket
from tests.integration.frontend import media_id
from tests.integration.records import ASSET, Records


class Double:
    """A ready asset of the project `tests` once more, its record and its renditions, under an id of
    its own. It has no original; `changes` are to the record."""

    def __init__(self, cloud: Cloud, asset: Mapping[str, Any], **changes: Any) -> None:
        self._records, self._renditions = Records(cloud), Bucket(cloud, "RenditionsBucket")
        self.id, self.tag = media_id(), asset["tag"]
        self.path = f"default/tests/{self.id}"
        old, new = (one.encode() for one in (asset["id"], self.id))
        place = "p/renditions" if asset["private"] else "renditions"
        self.folder = f"{place}/{self.path}/{self.tag}"
        for key in self._renditions.keys(f"{place}/default/tests/{asset['id']}/"):
            copied = self._renditions.get(key).replace(old, new)
            self._renditions.put(key.replace(asset["id"], self.id), copied)
        self._records.copy(asset["id"], self.id, **changes)

    @property
    def record(self) -> dict[str, Any]:
        return self._records.get(self.id, ASSET)

    def change(self, **values: Any) -> None:
        rev = int(self.record["rev"]) + 1
        self._records.set(self.id, ASSET, {**values, "rev": rev})

    def vanish(self) -> None:
        """From the catalogue."""
        self._records.remove(self.id)
