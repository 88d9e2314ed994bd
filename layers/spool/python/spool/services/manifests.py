"""`manifest.json`, beside the renditions of a version: its asset's public record and the list of
them. That it is there says that they all are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from spool.events import RenditionSummary
from spool.keys import MANIFEST, AssetRef
from spool.services.storage_ports import Objects


class Manifest(TypedDict):
    """What is read of it; a video has neither `hasAlpha` nor `frames`."""

    type: str
    filename: str
    versionId: str
    bytes: int
    hasAlpha: bool | None
    frames: int | None
    renditions: list[RenditionSummary]


def load_manifest(renditions: Objects, ref: AssetRef, tag: str) -> Manifest:
    """Raises NotFound."""
    manifest: Manifest = json.loads(renditions.get(ref.rendition(tag, MANIFEST)).read())
    return manifest


def store_manifest(
    renditions: Objects, ref: AssetRef, tag: str, manifest: Mapping[str, Any]
) -> None:
    body = json.dumps(manifest, ensure_ascii=False).encode()
    renditions.put(ref.rendition(tag, MANIFEST), body, "application/json")
