"""How an asset moves from status to status: pure moves, and `change`, which stores what they make.

A move reads the asset, makes the next one of it, and stores that only if nobody wrote in between:
`rev` guards every write. So the rules stand here once, whatever the catalogue is made of.

Uploads on their way hold bytes of the organisation's quota. What arrives takes the place of one of
them: of which, does not matter to the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from spool.errors import Conflict, Superseded, Transient
from spool.events import ObjectCreated, Run
from spool.keys import OriginalKey
from spool.model import BLANK, MOVES, Asset, AssetError, Declaration, Status, Upload, Version
from spool.services.ports import NOTHING, Beside, Catalogue


@dataclass(frozen=True)
class Step:
    """An asset, and what is to be written beside it."""

    asset: Asset
    beside: Beside


Move = Callable[[Asset | None], Asset | Step]

_LONG_AGO = "1970-01-01T00:00:00.000Z"
PATIENCE = timedelta(hours=1)
"""How long what S3 should have stored holds its bytes while its event hasn't come."""

UPLOADS_AT_ONCE = 20  # of one asset: they are kept in its record
TRIES = 8  # an asset's writers are its uploader and one run: more in a row is a fault


def change(catalogue: Catalogue, org_id: str, media_id: str, move: Move) -> Asset:
    """Store what `move` makes of the asset (None when there is none) and return it.

    A move that returns what it was given stores nothing. Whatever it raises goes through.
    """
    known = catalogue.get(org_id, media_id)
    return change_known(catalogue, known, org_id, media_id, move)


def change_known(
    catalogue: Catalogue, known: Asset | None, org_id: str, media_id: str, move: Move
) -> Asset:
    """`change`, of an asset that most likely still is as it is `known`; else it is read."""
    before = known
    for _ in range(TRIES):
        made = move(before)
        after, beside = (made.asset, made.beside) if isinstance(made, Step) else (made, NOTHING)
        if after is before:
            return after
        if before is None:
            stored = catalogue.insert(after, beside)
        else:
            stored = catalogue.update(before, after, beside)
        if stored:
            return after
        before = catalogue.get(org_id, media_id)
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


def declared(asset: Asset, declaration: Declaration, upload: Upload) -> Asset:
    """`asset`, with what was said of its next version, which `upload` is to bring."""
    return replace(with_upload(asset, upload), declared=declaration)


def with_upload(asset: Asset, upload: Upload) -> Asset:
    """`asset` with this upload, in the place of one of the same id. Raises Conflict."""
    others = without_upload(asset, upload.id).uploads
    if len(others) >= UPLOADS_AT_ONCE:
        raise Conflict(
            f"{asset.id} has {UPLOADS_AT_ONCE} uploads on their way: finish or abort them first."
        )
    return replace(asset, rev=asset.rev + 1, uploads=(*others, upload))


def bound(asset: Asset, upload_id: str, new_id: str) -> Asset:
    """`asset`, of whose uploads one has got another id; unchanged when that is gone."""
    if all(upload.id != upload_id for upload in asset.uploads):
        return asset
    uploads = tuple(
        replace(upload, id=new_id) if upload.id == upload_id else upload for upload in asset.uploads
    )
    return replace(asset, rev=asset.rev + 1, uploads=uploads)


def without_upload(asset: Asset, *upload_ids: str) -> Asset:
    """`asset` after uploads were given up; deleted where they were to bring the first version and
    no other may. Unchanged when it has none of them."""
    left = tuple(upload for upload in asset.uploads if upload.id not in upload_ids)
    if left == asset.uploads:
        return asset
    abandoned = asset.status is Status.UPLOADING and not left
    status = Status.DELETED if abandoned else asset.status
    return replace(asset, rev=asset.rev + 1, uploads=left, status=status)


def postponed(asset: Asset, expires_at: str, *upload_ids: str) -> Asset:
    """`asset`, with these of its uploads expiring later."""
    uploads = tuple(
        replace(upload, expires_at=expires_at) if upload.id in upload_ids else upload
        for upload in asset.uploads
    )
    return replace(asset, rev=asset.rev + 1, uploads=uploads)


def arrived(
    asset: Asset | None,
    event: ObjectCreated,
    now: str,
    *,
    private: bool = False,
    newest_gone: bool = False,
) -> Step:
    """The asset after its version of `event` came for the first time: queued, or where a newer one
    is there, and not `newest_gone` from S3, only richer by it. One that nobody presigned becomes
    `private` or not.

    Raises Superseded when another key of that media id or a deletion is there, and InvalidKey when
    the event's key is outside the scheme.
    """
    if asset is None:
        asset = _backfilled(event, now, private=private)
    _check_place(asset, event)
    said = asset.declared or Declaration(OriginalKey.parse(event.key).filename, event.event_id)
    version = Version(
        id=event.version_id,
        number=asset.versions_seen + 1,
        bytes=event.size,
        filename=said.filename,
        arrived_at=now,
    )
    richer = replace(
        asset,
        rev=asset.rev + 1,
        stored_bytes=asset.stored_bytes + event.size,
        versions_seen=version.number,
        uploads=_without_arrived(asset.uploads, event.size),
    )
    if newest_gone or asset.sequencer is None or event.sequencer > asset.sequencer:
        richer = replace(
            richer,
            status=Status.QUEUED,
            version_id=event.version_id,
            version_number=version.number,
            sequencer=event.sequencer,
            attempt=event.attempt or 1,
            edition=0,
            queued_at=now,
            started_at=None,
            filename=said.filename,
            correlation_id=said.correlation_id,
            bytes=event.size if asset.tag is None else asset.bytes,
            declared=None,
            error=None,
        )
    return Step(richer, Beside(adds=version))


def queued_again(asset: Asset, event: ObjectCreated, now: str) -> Asset:
    """The asset after an event of a version that is known: unchanged, unless it asks for another
    attempt, which counts once: a repeated event does not raise it. What was published is not
    overwritten: the next attempts make another edition. Raises Superseded when a newer version or a
    deletion is there."""
    _check_place(asset, event)
    if asset.version_id != event.version_id:
        raise Superseded(f"{asset.id} has a newer version than {event.version_id}.")
    if event.attempt is None or event.attempt <= asset.attempt:
        return asset
    return replace(
        asset,
        status=Status.QUEUED,
        rev=asset.rev + 1,
        attempt=event.attempt,
        edition=asset.edition + (asset.status is Status.READY),
        queued_at=now,
        started_at=None,
        error=None,
    )


def _check_place(asset: Asset, event: ObjectCreated) -> None:
    if asset.original_key != event.key:
        raise Superseded(f"{asset.id} has another key than {event.key}.")
    if asset.status is Status.DELETED:
        raise Superseded(f"{asset.id} was deleted.")


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
        rev=0,
    )


def _without_arrived(uploads: tuple[Upload, ...], size: int) -> tuple[Upload, ...]:
    """`uploads` but for one that may have brought these bytes: the surest, and of those the oldest.
    None where there is none, as when a URL was used twice."""

    def likelihood(upload: Upload) -> tuple[bool, bool]:
        return upload.completing, upload.exact

    could = [
        upload
        for upload in uploads
        if (upload.completing or not upload.is_multipart)
        and (upload.bytes == size if upload.completing or upload.exact else upload.bytes >= size)
    ]
    if not could:
        return uploads
    found = max(could, key=likelihood)
    return tuple(upload for upload in uploads if upload is not found)


def without_version(asset: Asset, version: Version) -> Step:
    """The asset after a version of its original is gone from S3."""
    left = replace(asset, rev=asset.rev + 1, stored_bytes=asset.stored_bytes - version.bytes)
    return Step(left, Beside(removes=version))


def processing(asset: Asset, now: str) -> Asset:
    if asset.status is Status.PROCESSING:
        return asset
    return _moved(asset, Status.PROCESSING, started_at=now)


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
    """What was on its way is over, and the next sweep aborts it. What was found out of the file
    goes with the file."""
    if asset.status is Status.DELETED:
        return asset
    uploads = tuple(replace(upload, expires_at=_LONG_AGO) for upload in asset.uploads)
    return _moved(asset, Status.DELETED, **BLANK, processed={}, uploads=uploads)


def _moved(asset: Asset, status: Status, **changes: Any) -> Asset:
    if status not in MOVES[asset.status]:
        raise Superseded(f"{asset.id} is {asset.status} already; it can't become {status}.")
    return replace(asset, status=status, rev=asset.rev + 1, **changes)
