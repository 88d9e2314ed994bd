"""Steering runs: cancel one, have one tried again, have an asset processed anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from spool.errors import AssetErrorCode, Conflict, NotFound, Superseded
from spool.events import ObjectCreated
from spool.jobs import Job, JobId, JobStatus
from spool.model import Asset, AssetError, Status, timestamp
from spool.services import lifecycle
from spool.services.jobs import job_id_of, job_view, newest_transcode, transcode_key
from spool.services.lookup import live_asset, unknown
from spool.services.ports import Catalogue, Clock
from spool.services.run_ports import Intakes, Transcodes
from spool.services.transcodes import change
from spool.transcode import Transcode

CANCELLED = "Processing was cancelled."

_STANDS_STILL = frozenset({Status.READY, Status.FAILED})
_WHY_NOT = {
    Status.UPLOADING: "nothing has been uploaded yet",
    Status.QUARANTINED: "it is quarantined",
}


@dataclass(frozen=True, kw_only=True)
class Canceller:
    catalogue: Catalogue
    transcodes: Transcodes
    clock: Clock

    def cancel(self, org_id: str, text: str) -> dict[str, Any]:
        """End the run; once or more often. The run as it is. A transcoding's job is cancelled at
        the state machine's next look, and fails the asset then. Raises NotFound, and Conflict when
        the run has ended otherwise."""
        job_id = job_id_of(text)
        asset, job = _newest(self.catalogue, org_id, job_id)
        if _was_cancelled(job):
            return job_view(job, newest_transcode(self.transcodes, asset))
        if not job.status.is_active:
            raise Conflict(f"Job {job_id} can't be cancelled: it is {job.status}.")
        key = transcode_key(asset)
        if key is not None and self.transcodes.get(key) is not None:
            return job_view(job, change(self.transcodes, key, _cancelled))
        return self._end(org_id, job_id)

    def _end(self, org_id: str, job_id: JobId) -> dict[str, Any]:
        """Where there is nothing else to be cancelled, the run ends as the catalogue says so: its
        next write is refused."""

        def move(asset: Asset | None) -> Asset:
            job = _same(asset, job_id)
            if asset is None or not job.status.is_active:
                raise Conflict(f"Job {job_id} can't be cancelled: it is {job.status}.")
            at = timestamp(self.clock())
            error = AssetError(AssetErrorCode.CANCELLED, CANCELLED, job.status.value, at)
            return lifecycle.failed(asset, error)

        asset = lifecycle.change(self.catalogue, org_id, job_id.media_id, move)
        return job_view(_same(asset, job_id))


@dataclass(frozen=True, kw_only=True)
class Reprocessing:
    """`bucket` is the originals'."""

    catalogue: Catalogue
    intakes: Intakes
    bucket: str
    clock: Clock

    def retry(self, org_id: str, text: str) -> dict[str, Any]:
        """Try a failed run again; the new run. Raises NotFound, and Conflict for one that did not
        fail, or isn't its asset's newest."""
        job_id = job_id_of(text)
        _, job = _newest(self.catalogue, org_id, job_id)
        if job.status is JobStatus.READY:
            raise Conflict(
                f"Job {job_id} did not fail: POST /assets/{job_id.media_id}/reprocess makes its "
                "asset anew."
            )
        if job.status is not JobStatus.FAILED:
            raise Conflict(f"Job {job_id} can't be tried again: it is {job.status}.")
        return self.reprocess(org_id, job_id.media_id)

    def reprocess(self, org_id: str, media_id: str) -> dict[str, Any]:
        """Process the asset's newest version anew; the new run. Until that is ready, everything
        stays as it is. Raises NotFound, and Conflict unless the asset is ready or failed."""
        asset = live_asset(self.catalogue, org_id, media_id)
        check_stands_still(asset)
        return job_view(_same(self.again(asset), JobId.newest(_next(asset))))

    def again(self, asset: Asset) -> Asset:
        """Queue another attempt of the asset as it is here. The message goes first: whoever comes
        second, we or the intake, finds the attempt there. Raises Conflict where the asset has a
        newer version by now, or is deleted."""
        version_id = asset.version_id or ""
        version = self.catalogue.version(asset.ref, version_id)
        size = (asset.bytes or 0) if version is None else version.bytes
        attempt = asset.attempt + 1
        self.intakes.process(asset, size, attempt)
        event = ObjectCreated(
            bucket=self.bucket,
            key=asset.original_key,
            version_id=version_id,
            sequencer=asset.sequencer or "",
            size=size,
            attempt=attempt,
        )
        now = timestamp(self.clock())

        def move(known: Asset | None) -> Asset:
            if known is None:
                raise unknown(asset.id)
            return lifecycle.queued_again(known, event, now)

        try:
            return lifecycle.change(self.catalogue, asset.org_id, asset.id, move)
        except Superseded as error:
            raise Conflict(str(error)) from error


def check_stands_still(asset: Asset) -> None:
    """Raises Conflict unless the asset may be processed anew."""
    if asset.status in _STANDS_STILL and asset.version_id is not None:
        return
    why = _WHY_NOT.get(asset.status, f"job {JobId.newest(asset)} of it is still {asset.status}")
    raise Conflict(f"{asset.id} can't be processed anew: {why}.")


def _next(asset: Asset) -> Asset:
    return replace(asset, attempt=asset.attempt + 1)


def _newest(catalogue: Catalogue, org_id: str, job_id: JobId) -> tuple[Asset, Job]:
    """The asset whose newest run this is. Raises NotFound, and Conflict where it was overtaken."""
    asset = catalogue.get(org_id, job_id.media_id)
    newest = None if asset is None else JobId.newest(asset)
    if asset is None or newest is None or not _may_be(job_id, newest):
        raise NotFound(f"There is no job {job_id}.")
    return asset, _same(asset, job_id)


def _may_be(job_id: JobId, newest: JobId) -> bool:
    """Whether there may be such a run. How many attempts an older version had is not kept."""
    if job_id.version_number == newest.version_number:
        return job_id.attempt <= newest.attempt
    return job_id.version_number < newest.version_number


def _same(asset: Asset | None, job_id: JobId) -> Job:
    job = None if asset is None else Job.newest(asset)
    if job is None or job.id != job_id:
        raise Conflict(f"Job {job_id} was superseded by a newer one, or its asset deleted.")
    return job


def _was_cancelled(job: Job) -> bool:
    return job.error is not None and job.error.code is AssetErrorCode.CANCELLED


def _cancelled(transcode: Transcode) -> Transcode:
    if transcode.ended and not transcode.cancel_requested:
        raise Conflict("The transcoding has ended already.")
    return replace(transcode, cancel_requested=True)
