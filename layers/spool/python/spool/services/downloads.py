"""Several files as one zip: asking for it, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from spool.errors import Conflict, NotFound, PayloadTooLarge
from spool.keys import DownloadRef, InvalidKey
from spool.model import Asset, Status, timestamp
from spool.services.download_records import GIVEN_UP, Download, DownloadStatus, Entry, State
from spool.services.lookup import live_asset
from spool.services.manifests import load_manifest
from spool.services.ports import Catalogue, Clock, Downloads
from spool.services.storage_ports import Objects, Presigner
from spool.services.zip_names import renamed, unique_names

ORIGINAL = "original"

_LONGEST_TRY = timedelta(minutes=16)  # Lambda ends after 15 minutes
_AT_ONCE = 10  # connections of an S3 client


@dataclass(frozen=True, kw_only=True)
class DownloadDesk:
    """`bytes_limit` is of all files of one download together; `url_expiry` in seconds."""

    catalogue: Catalogue
    renditions: Objects
    presigner: Presigner
    queue: Downloads
    bytes_limit: int
    url_expiry: int
    clock: Clock
    new_id: Callable[[], str]

    def ask(self, org_id: str, media_ids: Sequence[str], rendition: str) -> dict[str, Any]:
        """Have a zip made of ORIGINAL, or of the rendition of this name in `processed`, of each of
        these assets; one that is named twice is in it once. Raises NotFound, Conflict and
        PayloadTooLarge."""
        assets = [live_asset(self.catalogue, org_id, one) for one in dict.fromkeys(media_ids)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(pool.map(lambda asset: self._entry(asset, rendition), assets))
        names = unique_names(entry.name for entry in found)
        download = Download([replace(e, name=name) for e, name in zip(found, names, strict=True)])
        if download.bytes > self.bytes_limit:
            raise PayloadTooLarge(
                f"These files have {download.bytes:,} bytes together; "
                f"a download has at most {self.bytes_limit:,}."
            )
        ref = DownloadRef(org_id, self.new_id())
        download.store(self.renditions, ref)
        self.queue.request(ref)
        return _view(ref, download, DownloadStatus.QUEUED)

    def read(self, org_id: str, download_id: str) -> dict[str, Any]:
        """How far it is; when it is ready, a fresh URL. Raises NotFound."""
        try:
            ref = DownloadRef(org_id, download_id)
            download = Download.load(self.renditions, ref)
        except (InvalidKey, NotFound) as error:
            raise NotFound(f"There is no download {download_id}.") from error
        held = self.renditions.sizes(ref.prefix)
        if ref.zip in held:
            return _view(ref, download, DownloadStatus.READY, **self._link(ref))
        if ref.state in held:
            return _view(ref, download, **self._state(ref))
        return _view(ref, download, DownloadStatus.QUEUED)

    def _entry(self, asset: Asset, rendition: str) -> Entry:
        """Of the version that is published, also while a newer one is on its way."""
        if asset.tag is None or asset.status is Status.QUARANTINED:
            raise Conflict(f"{asset.id} can't be downloaded: it is {asset.status}.")
        try:
            manifest = load_manifest(self.renditions, asset.ref, asset.tag)
        except NotFound as error:
            raise Conflict(f"{asset.id} is just being changed. Ask again.") from error
        if rendition == ORIGINAL:
            return Entry(
                name=manifest["filename"],
                media_id=asset.id,
                key=asset.original_key,
                version_id=manifest["versionId"],
                bytes=manifest["bytes"],
            )
        sizes = {made["name"]: made["bytes"] for made in manifest["renditions"]}
        file = _file(asset.processed.get(rendition), asset.tag)
        if file not in sizes or "/" in file:  # a playlist plays nothing without its segments
            raise Conflict(f"{asset.id} has no rendition {rendition} that is one file.")
        return Entry(
            name=renamed(manifest["filename"], file),
            media_id=asset.id,
            key=asset.ref.rendition(asset.tag, file),
            version_id=None,
            bytes=sizes[file],
        )

    def _link(self, ref: DownloadRef) -> Mapping[str, str]:
        expires = self.clock() + timedelta(seconds=self.url_expiry)
        url = self.presigner.get(ref.zip, f"{ref.id}.zip", self.url_expiry)
        return {"url": url, "expiresAt": timestamp(expires)}

    def _state(self, ref: DownloadRef) -> dict[str, Any]:
        """As it was left, unless who left it so can't be at work any more."""
        state = State.load(self.renditions, ref)
        if state.status is DownloadStatus.WORKING and self.clock() - state.at > _LONGEST_TRY:
            return {"status": DownloadStatus.FAILED, "error": GIVEN_UP.to_dict()}
        if state.error is None:
            return {"status": state.status}
        return {"status": state.status, "error": state.error.to_dict()}


def _view(ref: DownloadRef, download: Download, status: str, **more: object) -> dict[str, Any]:
    files = len(download.entries)
    return {"id": ref.id, "status": status, "files": files, "bytes": download.bytes, **more}


def _file(url: object, tag: str) -> str:
    """The rendition's name, by its URL in `processed`; empty for what is no rendition's."""
    _, found, name = str(url).rpartition(f"/{tag}/")
    return unquote(name) if found else ""
