"""How an asset moves from status to status: pure moves, and `change`, which stores what they make.

A move reads the asset, makes the next one of it, and stores that only if nobody wrote in between:
`rev` guards every write. So the rules stand here once, whatever the catalogue is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from spool.errors import Superseded, Transient
from spool.events import ObjectCreated, Run
from spool.keys import OriginalKey
from spool.model import MOVES, Asset, AssetError, Declaration, Status
from spool.services.ports import Catalogue

Move = Callable[[Asset | None], Asset]

TRIES = 5  # an asset's writers are its uploader and one run: more than two in a row is a fault


def change(catalogue: Catalogue, org_id: str, media_id: str, move: Move) -> Asset:
    """Store what `move` makes of the asset (None when there is none) and return it.

    A move that returns what it was given stores nothing. Whatever it raises goes through.
    """
    for _ in range(TRIES):
        before = catalogue.get(org_id, media_id)
        after = move(before)
        if after is before:
            return after
        if catalogue.insert(after) if before is None else catalogue.update(before, after):
            return after
    raise Transient(f"Asset {media_id} is being written by others.")


def change_run(catalogue: Catalogue, run: Run, move: Callable[[Asset], Asset]) -> Asset:
    """`change`, for a move that only the asset's newest run may make. Raises Superseded."""

    def guarded(asset: Asset | None) -> Asset:
        return move(own(asset, run))

    return change(catalogue, run.org_id, run.media_id, guarded)


def own(asset: Asset | None, run: Run) -> Asset:
    """`asset`, when `run` is its newest run. Raises Superseded."""
    if asset is None or (asset.original_key, asset.version_id, asset.attempt) != (
        run.key,
        run.version_id,
        run.attempt,
    ):
        raise Superseded(f"{run.key} has a newer run than attempt {run.attempt}.")
    return asset


def declared(asset: Asset, declaration: Declaration) -> Asset:
    """`asset`, with what was said of its next version."""
    return replace(asset, rev=asset.rev + 1, declared=declaration)


def queued(asset: Asset | None, event: ObjectCreated, now: str, *, private: bool = False) -> Asset:
    """The asset after `event`: unchanged when the event is a repetition, else queued. One that
    nobody presigned becomes `private` or not.

    Raises Superseded when a newer version, another key of that media id or a deletion is there,
    and InvalidKey when the event's key is outside the scheme.
    """
    if asset is None:
        return _queued_version(_backfilled(event, now, private=private), event)
    if asset.original_key != event.key:
        raise Superseded(f"{asset.id} has another key than {event.key}.")
    if asset.status is Status.DELETED:
        raise Superseded(f"{asset.id} was deleted.")
    if asset.version_id == event.version_id:
        return _queued_again(asset, event)
    if asset.sequencer is not None and event.sequencer <= asset.sequencer:
        raise Superseded(f"{asset.id} has a newer version than {event.version_id}.")
    return replace(_queued_version(asset, event), rev=asset.rev + 1)


def _backfilled(event: ObjectCreated, now: str, *, private: bool) -> Asset:
    """The record of an object that came without a presign."""
    key = OriginalKey.parse(event.key)
    return Asset(
        id=key.ref.media_id,
        org_id=key.ref.org_id,
        project_id=key.ref.project_id,
        filename=key.filename,
        original_key=event.key,
        status=Status.UPLOADING,
        uploaded_at=now,
        private=private,
    )


def _queued_version(asset: Asset, event: ObjectCreated) -> Asset:
    said = asset.declared or Declaration(OriginalKey.parse(event.key).filename, event.event_id)
    return replace(
        asset,
        status=Status.QUEUED,
        version_id=event.version_id,
        version_number=asset.version_number + 1,
        sequencer=event.sequencer,
        attempt=event.attempt or 1,
        filename=said.filename,
        correlation_id=said.correlation_id,
        bytes=event.size if asset.tag is None else asset.bytes,
        declared=None,
        error=None,
    )


def _queued_again(asset: Asset, event: ObjectCreated) -> Asset:
    """A retry counts once: by its attempt, which a repeated event does not raise."""
    if event.attempt is None or event.attempt <= asset.attempt:
        return asset
    return replace(
        asset, status=Status.QUEUED, rev=asset.rev + 1, attempt=event.attempt, error=None
    )


def processing(asset: Asset) -> Asset:
    return asset if asset.status is Status.PROCESSING else _moved(asset, Status.PROCESSING)


def ready(asset: Asset, run: Run, made: Mapping[str, Any], now: str) -> Asset:
    """`made` holds the fields of the asset that the run found out or made."""
    if asset.status is Status.READY and asset.tag == run.tag:
        return asset
    return _moved(asset, Status.READY, **made, tag=run.tag, processed_at=now, error=None)


def with_access(asset: Asset, *, private: bool) -> Asset:
    """`asset`, wanted private or public; what was made of it is still where it was."""
    if asset.private is private:
        return asset
    return replace(asset, private=private, rev=asset.rev + 1)


def moved(asset: Asset, tag: str, processed: Mapping[str, Any]) -> Asset:
    """`asset`, what was made of it being under `tag` now."""
    return replace(asset, tag=tag, processed=processed, rev=asset.rev + 1)


def failed(asset: Asset, error: AssetError) -> Asset:
    return asset if asset.status is Status.FAILED else _moved(asset, Status.FAILED, error=error)


def deleted(asset: Asset) -> Asset:
    return asset if asset.status is Status.DELETED else _moved(asset, Status.DELETED)


def _moved(asset: Asset, status: Status, **changes: Any) -> Asset:
    if status not in MOVES[asset.status]:
        raise Superseded(f"{asset.id} is {asset.status} already; it can't become {status}.")
    return replace(asset, status=status, rev=asset.rev + 1, **changes)
