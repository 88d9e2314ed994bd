"""The end of a run: the asset becomes ready, with its manifest, or failed, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spool.events import Inspection, RenditionSummary, Run
from spool.formats import Family
from spool.keys import DASH, HLS, MANIFEST, MASTER, PRIVATE, OriginalKey, is_private, url_path
from spool.model import BLANK, Asset, AssetError, camel, timestamp
from spool.services import lifecycle
from spool.services.failures import Failure
from spool.services.manifests import store_manifest
from spool.services.ports import Catalogue, Clock
from spool.services.storage_ports import Objects

_STREAMS: Mapping[str, str] = {HLS: "hls", DASH: "dash"}
_HIDDEN = ("mip_", "sprites/")


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """`cdn_url` is the distribution's origin: scheme and host."""

    catalogue: Catalogue
    renditions: Objects
    cdn_url: str
    clock: Clock

    def publish(
        self, run: Run, inspection: Inspection, renditions: Sequence[RenditionSummary]
    ) -> Asset:
        """Write `manifest.json`, then the catalogue: who reads of a ready asset finds its manifest.
        Raises Superseded."""
        made = self._made(run, inspection, renditions)
        now = timestamp(self.clock())

        def move(asset: Asset) -> Asset:
            ready = lifecycle.ready(asset, run, made, now)
            manifest = {**ready.public_record(), "renditions": list(renditions)}
            store_manifest(self.renditions, run.ref, run.tag, manifest)
            return ready

        return lifecycle.change_run(self.catalogue, run, move)

    def fail(self, run: Run, failure: Failure, stage: str) -> Asset:
        """Raises Superseded."""
        error = AssetError(failure.code, failure.message, stage, timestamp(self.clock()))
        return lifecycle.change_run(
            self.catalogue, run, lambda asset: lifecycle.failed(asset, error)
        )

    def _made(
        self, run: Run, inspection: Inspection, renditions: Sequence[RenditionSummary]
    ) -> Mapping[str, Any]:
        """The fields of the asset that this run found out or made. What it found nothing of is
        blank: the version before may have been a picture where this one is a video."""
        metadata = self.catalogue.load_metadata(run.ref, run.tag)
        found = {name: metadata[camel(name)] for name in BLANK if camel(name) in metadata}
        return {
            **BLANK,
            **found,
            "palette": tuple(metadata["palette"]),
            "warnings": tuple(dict.fromkeys([*inspection["warnings"], *metadata["warnings"]])),
            "type": Family(inspection["family"]),
            "content_type": inspection["contentType"],
            "bytes": inspection["bytes"],
            "processed": processed_urls(self.cdn_url, run.key, run.tag, renditions),
        }


def processed_urls(
    cdn_url: str, key: str, tag: str, renditions: Sequence[RenditionSummary]
) -> Mapping[str, Any]:
    """Where a product finds what was made under `tag` of the original `key`, by stem or by what it
    is: mips are for `/img`, sprites for their track. A video of one rung has one MP4, which is its
    preview too."""
    names = [rendition["name"] for rendition in renditions]
    shown = {
        _STREAMS.get(name) or name.partition(".")[0]: name
        for name in names
        if not name.startswith(_HIDDEN)
    }
    if MASTER in names:
        shown.setdefault("preview", MASTER)
    ref = OriginalKey.parse(key).ref
    urls = {
        name: f"{cdn_url}/{url_path(ref.rendition(tag, file))}"
        for name, file in {**shown, "manifest": MANIFEST}.items()
    }
    privacy = PRIVATE if is_private(tag) else ""
    img = f"{cdn_url}/{privacy}img/{url_path(key)}?v={tag}"
    return {"onDemandResize": True, "img": img, **urls}
