"""What a client may know of a run, and how it has one cancelled."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Self

from spool.errors import AssetErrorCode, Conflict, NotFound
from spool.model import Asset, Status
from spool.services.ports import Catalogue, Transcodes
from spool.services.transcodes import change
from spool.transcode import Transcode, TranscodeKey, TranscodeStatus

SUPERSEDED = "superseded"

_JOB_ID = re.compile(r"([A-Za-z0-9_]{1,64})\.([1-9][0-9]{0,8})\.([1-9][0-9]{0,8})")
_STAGES = {
    TranscodeStatus.REFUSED: "submit_mediaconvert",
    TranscodeStatus.CLAIMED: "submit_mediaconvert",
    TranscodeStatus.SUBMITTED: "wait_mediaconvert",
    TranscodeStatus.PROGRESSING: "wait_mediaconvert",
    TranscodeStatus.COMPLETE: "collect_outputs",
}


@dataclass(frozen=True)
class JobId:
    """One run as clients name it: `{mediaId}.{versionNumber}.{attempt}`."""

    media_id: str
    version_number: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.media_id}.{self.version_number}.{self.attempt}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises NotFound for what is no job's id."""
        match = _JOB_ID.fullmatch(text)
        if match is None:
            raise NotFound(f"There is no job {text}.")
        return cls(match[1], int(match[2]), int(match[3]))

    @classmethod
    def newest(cls, asset: Asset) -> Self:
        return cls(asset.id, asset.version_number, asset.attempt)


def newest_transcode(transcodes: Transcodes, asset: Asset) -> Transcode | None:
    """The record of the asset's newest run; None for one that has not come to a job, or won't."""
    key = transcode_key(asset)
    return None if key is None else transcodes.get(key)


def transcode_key(asset: Asset) -> TranscodeKey | None:
    if asset.version_id is None:
        return None
    return TranscodeKey(
        org_id=asset.org_id,
        media_id=asset.id,
        version_id=asset.version_id,
        attempt=asset.attempt,
    )


@dataclass(frozen=True, kw_only=True)
class JobDesk:
    """Every method takes a job's id as text, and raises NotFound for a run that never was."""

    catalogue: Catalogue
    transcodes: Transcodes

    def read(self, org_id: str, job_id: str) -> dict[str, Any]:
        """The run's status, which is its asset's, or `superseded`; what is known of its progress,
        and why it failed."""
        job, asset = self._find(org_id, job_id)
        if job != JobId.newest(asset):
            return _superseded(job, asset)
        return _view(asset, newest_transcode(self.transcodes, asset))

    def cancel(self, org_id: str, job_id: str) -> dict[str, Any]:
        """Ask for the run's end, once or more often; the state machine ends it at its next look.
        The run as it is. Raises Conflict when it has ended, or has nothing to cancel."""
        job, asset = self._find(org_id, job_id)
        if job != JobId.newest(asset):
            raise Conflict(f"Job {job} was superseded by a newer one.")
        key = transcode_key(asset)
        if asset.status is not Status.PROCESSING and not _was_cancelled(asset):
            raise Conflict(f"Job {job} can't be cancelled: its asset is {asset.status}.")
        if key is None or self.transcodes.get(key) is None:
            raise Conflict(f"Job {job} has no transcoding under way that could be cancelled.")
        return _view(asset, change(self.transcodes, key, _cancelled))

    def _find(self, org_id: str, job_id: str) -> tuple[JobId, Asset]:
        job = JobId.parse(job_id)
        asset = self.catalogue.get(org_id, job.media_id)
        if asset is None or not _was(job, asset):
            raise NotFound(f"There is no job {job}.")
        return job, asset


def _was(job: JobId, asset: Asset) -> bool:
    """Whether there is or was such a run. How many attempts an older version had is not kept."""
    if job.version_number == asset.version_number:
        return job.attempt <= asset.attempt
    return job.version_number < asset.version_number


def _was_cancelled(asset: Asset) -> bool:
    return asset.error is not None and asset.error.code is AssetErrorCode.CANCELLED


def _cancelled(transcode: Transcode) -> Transcode:
    if transcode.ended and not transcode.cancel_requested:
        raise Conflict("The transcoding has ended already.")
    return replace(transcode, cancel_requested=True)


def _superseded(job: JobId, asset: Asset) -> dict[str, Any]:
    view = _view(asset, None)
    same = job.version_number == asset.version_number
    return {
        **view,
        "id": str(job),
        "status": SUPERSEDED,
        "stage": None,
        "error": None,
        "attempt": job.attempt,
        "versionNumber": job.version_number,
        "versionId": asset.version_id if same else None,
    }


def _view(asset: Asset, transcode: Transcode | None) -> dict[str, Any]:
    return {
        "id": str(JobId.newest(asset)),
        "mediaId": asset.id,
        "projectId": asset.project_id,
        "status": asset.status.value,
        "stage": _stage(asset, transcode),
        "percent": None if transcode is None else transcode.percent,
        "error": None if asset.error is None else asset.error.to_dict(),
        "attempt": asset.attempt,
        "versionNumber": asset.version_number,
        "versionId": asset.version_id,
    }


def _stage(asset: Asset, transcode: Transcode | None) -> str | None:
    """The state of the state machine that the run is in, or failed in, where that is known."""
    if asset.error is not None:
        return asset.error.stage
    if transcode is None or asset.status is not Status.PROCESSING:
        return None
    return _STAGES.get(transcode.status)
