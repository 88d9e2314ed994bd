"""EventBridge events of jobs, as documented below
https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.mediaconvert.job import Job, Phase, Status

SOURCE = "aws.mediaconvert"
DETAIL_TYPE = "MediaConvert Job State Change"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What is put on the default bus."""

    resource: str
    detail: dict[str, Any]


def state_change(job: Job, at: float) -> Event:
    """The job's status is new; there is none for SUBMITTED."""
    return _event(job, at, job.status.value, **_facts(job))


def status_update(job: Job, at: float) -> Event:
    """The job still works, and is as far as `jobProgress` says."""
    progress = {
        "phaseProgress": {phase.value: _phase(job, phase) for phase in Phase},
        "jobPercentComplete": job.progress.of_job,
        "currentPhase": job.progress.phase.value,
        "retryCount": 0,
    }
    return _event(job, at, "STATUS_UPDATE", jobProgress=progress)


def _event(job: Job, at: float, status: str, **facts: Any) -> Event:
    detail = {
        "timestamp": int(at * 1000),
        "accountId": job.arn.split(":")[4],
        "queue": job.queue,
        "jobId": job.id,
        "status": status,
        "userMetadata": dict(job.user_metadata),
        **facts,
    }
    return Event(resource=job.arn, detail=detail)


def _facts(job: Job) -> dict[str, Any]:
    if job.status is Status.COMPLETE:
        groups = [dict(group) for group in job.output_groups]
        return {"outputGroupDetails": groups, "paddingInserted": 0, "blackVideoDetected": 0}
    if job.status is Status.ERROR:
        return {"errorCode": job.error_code, "errorMessage": job.error_message}
    return {}


def _phase(job: Job, phase: Phase) -> dict[str, Any]:
    order = list(Phase)
    current = job.progress.phase
    if phase is current:
        return {"status": "PROGRESSING", "percentComplete": job.progress.percent}
    if order.index(phase) < order.index(current):
        return {"status": "COMPLETE", "percentComplete": 100}
    return {"status": "PENDING", "percentComplete": 0}
