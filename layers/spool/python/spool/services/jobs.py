"""What a client may know of runs: one with its timeline, a list of many, statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from spool.errors import NotFound, Transient
from spool.jobs import Job, JobId, JobStatus
from spool.keys import execution_name
from spool.model import Asset
from spool.services.cursors import Cursors, List
from spool.services.ports import Catalogue, Clock
from spool.services.run_ports import ExecutionHistory, JobQuery, Jobs, Transcodes
from spool.services.timeline import stages
from spool.statistics import summary
from spool.transcode import Transcode, TranscodeKey, TranscodeStatus

_STAGES = {
    TranscodeStatus.REFUSED: "submit_mediaconvert",
    TranscodeStatus.CLAIMED: "submit_mediaconvert",
    TranscodeStatus.SUBMITTED: "wait_mediaconvert",
    TranscodeStatus.PROGRESSING: "wait_mediaconvert",
    TranscodeStatus.COMPLETE: "collect_outputs",
}


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


def job_id_of(text: str) -> JobId:
    """Raises NotFound for what is no job's id."""
    job_id = JobId.parse(text)
    if job_id is None:
        raise NotFound(f"There is no job {text}.")
    return job_id


def job_view(job: Job, transcode: Transcode | None = None) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "mediaId": job.media_id,
        "projectId": job.project_id,
        "type": job.type,
        "status": job.status.value,
        "stage": _stage(job, transcode),
        "percent": None if transcode is None else transcode.percent,
        "error": None if job.error is None else job.error.to_dict(),
        "attempt": job.attempt,
        "versionNumber": job.version_number,
        "versionId": job.version_id,
        "queuedAt": job.queued_at,
        "startedAt": job.started_at,
        "endedAt": job.ended_at,
    }


@dataclass(frozen=True, kw_only=True)
class JobDesk:
    """`bucket` is the originals'."""

    catalogue: Catalogue
    transcodes: Transcodes
    jobs: Jobs
    history: ExecutionHistory
    bucket: str
    cursors: Cursors
    clock: Clock

    def read(self, org_id: str, text: str) -> dict[str, Any]:
        """The run with its timeline, as far as Step Functions remembers it. Raises NotFound, also
        for one whose record has expired."""
        job_id = job_id_of(text)
        asset = self.catalogue.get(org_id, job_id.media_id)
        newest = None if asset is None else Job.newest(asset)
        if asset is not None and newest is not None and newest.id == job_id:
            view = job_view(newest, newest_transcode(self.transcodes, asset))
            return {**view, **self._execution(asset, newest)}
        job = self.jobs.get(org_id, job_id)
        if asset is None or job is None:
            raise NotFound(f"There is no job {job_id}.")
        if job.status.is_active:  # its end has not been heard of yet
            job = replace(job, status=JobStatus.SUPERSEDED)
        return {**job_view(job), **self._execution(asset, job)}

    def page(self, query: JobQuery, cursor: str | None) -> dict[str, Any]:
        """Raises InvalidRequest."""
        bound = _list(query)
        after = None if cursor is None else self.cursors.position(cursor, bound)
        page = self.jobs.find(replace(query, after=after))
        more = None if page.next is None else self.cursors.issue(page.next, bound)
        return {"items": [job_view(job) for job in page.jobs], "cursor": more}

    def statistics(self, org_id: str, since: date, until: date) -> dict[str, Any]:
        """Of these days, both included."""
        dates = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        now, days = self.jobs.counted(org_id, [day.isoformat() for day in dates])
        return {
            "from": since.isoformat(),
            "to": until.isoformat(),
            **summary(now, days, self.clock()),
        }

    def _execution(self, asset: Asset, job: Job) -> Mapping[str, Any]:
        name = execution_name(self.bucket, asset.original_key, job.version_id, job.attempt)
        try:
            events, complete = self.history.history(name)
        except NotFound:  # not started yet, or forgotten
            return {"execution": None, "timeline": [], "timelineTruncated": False}
        except Transient:  # Step Functions takes a few such calls a second: the rest is known
            events, complete = (), False
        return {
            "execution": self.history.place(name),
            "timeline": [stage.to_dict() for stage in stages(events)],
            "timelineTruncated": not complete,
        }


def _list(query: JobQuery) -> List:
    return (
        query.org_id,
        "jobs",
        query.project_id,
        query.status,
        query.type,
        query.since,
        query.until,
    )


def _stage(job: Job, transcode: Transcode | None) -> str | None:
    """The state of the state machine that the run is in, or failed in, where that is known."""
    if job.error is not None:
        return job.error.stage
    if transcode is None or job.status is not JobStatus.PROCESSING:
        return None
    return _STAGES.get(transcode.status)
