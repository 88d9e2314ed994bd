"""Processing many assets anew: all that a filter finds, page by page, at a pace that leaves room
for what is uploaded meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from spool.errors import Conflict, NotFound
from spool.model import Asset, Status, timestamp
from spool.reprocessing import Batch, BatchRef, Selection
from spool.services.ports import AssetQuery, Catalogue, Clock
from spool.services.run_ports import Batches, BatchQueue
from spool.services.steering import Reprocessing, check_stands_still

PAGE = 25  # assets
PACE = 5  # seconds between pages


@dataclass(frozen=True, kw_only=True)
class BatchDesk:
    batches: Batches
    queue: BatchQueue
    clock: Clock
    new_id: Callable[[], str]

    def start(self, org_id: str, selection: Selection) -> dict[str, Any]:
        """The record goes first: a message without one would be about nothing."""
        ref = BatchRef(org_id, self.new_id())
        batch = Batch(ref=ref, selection=selection, as_of=timestamp(self.clock()))
        self.batches.insert(batch)
        self.queue.request(ref, 0)
        return _view(batch)

    def read(self, org_id: str, batch_id: str) -> dict[str, Any]:
        """Raises NotFound, also for one that is long over."""
        batch = self.batches.get(BatchRef(org_id, batch_id))
        if batch is None:
            raise NotFound(f"There is no reprocessing {batch_id}.")
        return _view(batch)


@dataclass(frozen=True, kw_only=True)
class BatchWorker:
    catalogue: Catalogue
    batches: Batches
    reprocessing: Reprocessing

    def work(self, ref: BatchRef) -> int | None:
        """Queue the next page; the seconds until the one after it, None at the end. Once more, as
        after a crash, it queues nothing twice: what was queued since the batch began is left
        out."""
        batch = self.batches.get(ref)
        if batch is None or batch.done:
            return None
        page = self.catalogue.find(_query(batch))
        queued = sum(self._queued(asset, batch) for asset in page.assets)
        after = replace(
            batch,
            rev=batch.rev + 1,
            after=page.next,
            assets=batch.assets + queued,
            done=page.next is None,
        )
        if not self.batches.update(batch, after) or after.done:
            return None  # done, or another is at it
        return PACE

    def _queued(self, asset: Asset, batch: Batch) -> bool:
        if (asset.queued_at or "") >= batch.as_of:
            return False
        try:
            check_stands_still(asset)
            self.reprocessing.again(asset)
        except (Conflict, NotFound):
            return False
        return True


def _query(batch: Batch) -> AssetQuery:
    wanted = batch.selection
    return AssetQuery(
        org_id=batch.ref.org_id,
        limit=PAGE,
        project_id=wanted.project_id,
        status=None if wanted.status is None else Status(wanted.status),
        type=wanted.type,
        since=wanted.since,
        until=min(wanted.until or batch.as_of, batch.as_of),
        after=batch.after,
    )


def _view(batch: Batch) -> dict[str, Any]:
    wanted = batch.selection
    return {
        "id": batch.ref.id,
        "status": "done" if batch.done else "running",
        "asOf": batch.as_of,
        "assets": batch.assets,
        "projectId": wanted.project_id,
        "assetStatus": wanted.status,
        "type": wanted.type,
        "from": wanted.since,
        "to": wanted.until,
    }
