"""What the use cases need of the world. `spool.aws` implements these; tests have their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from spool.events import ObjectCreated, Run
from spool.keys import AssetRef
from spool.model import Asset, AssetError

Clock = Callable[[], datetime]


class Catalogue(Protocol):
    """The asset table. Every write is conditional and raises `rev` by one."""

    def get(self, org_id: str, media_id: str) -> Asset | None: ...

    def reserve(self, asset: Asset) -> bool:
        """Store `asset` as `uploading` unless its id is taken; whether it was stored."""

    def enqueue(self, event: ObjectCreated, ref: AssetRef, now: str) -> Asset | None:
        """Make `event`'s version the asset's newest and queue it; create the record if there is
        none. Returns the asset as it now is, also when this very version was queued before; None
        when a newer version, another key or a deletion is there already."""

    def start(self, run: Run) -> None:
        """queued → processing. Repeatable; raises Superseded when `run` is no longer the newest."""

    def store_metadata(self, run: Run, metadata: Mapping[str, Any]) -> None:
        """Keep what was extracted for `run` until it is published."""

    def load_metadata(self, run: Run) -> Mapping[str, Any]: ...

    def publish(self, run: Run, fields: Mapping[str, Any]) -> Asset:
        """processing → ready with `fields` (JSON names). Raises Superseded."""

    def fail(self, run: Run, error: AssetError) -> Asset:
        """→ failed. Raises Superseded."""

    def delete(self, run: Run) -> None:
        """→ deleted, for a version that is gone. Raises Superseded."""


class Objects(Protocol):
    """One S3 bucket."""

    def get(self, key: str, version_id: str | None = None) -> bytes:
        """Raises NotFound."""

    def head(self, key: str, version_id: str | None = None) -> Mapping[str, Any]:
        """`size`, `content_type`, `etag`. Raises NotFound."""

    def put(self, key: str, body: bytes, content_type: str, cache_control: str) -> None: ...


class Executions(Protocol):
    def start(self, name: str, run: Run) -> None:
        """Start the pipeline; success also when an execution of that name exists."""


class News(Protocol):
    def publish(self, entries: Sequence[Mapping[str, Any]]) -> Sequence[int]:
        """Put events on the bus; the indexes of those that were not taken."""
