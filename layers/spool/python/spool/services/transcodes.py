"""Writing the records of transcoding jobs, which runs, events and users do at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from spool.errors import NotFound, Transient
from spool.events import JobStateChange
from spool.services.run_ports import EncoderJobs, Transcodes
from spool.transcode import ENDS, JobReport, Transcode, TranscodeKey

TRIES = 5  # a record's writers are its run, its job's events and the user: rarely two at once


def change(
    transcodes: Transcodes, key: TranscodeKey, move: Callable[[Transcode], Transcode]
) -> Transcode:
    """Store what `move` makes of the record, and return it; an equal one is not stored. Raises
    NotFound."""
    for _ in range(TRIES):
        before = transcodes.get(key)
        if before is None:
            raise NotFound(f"{key.media_id} has no transcode of attempt {key.attempt}.")
        after = move(before)
        if after == before:
            return before
        after = replace(after, rev=before.rev + 1)
        if transcodes.update(before, after):
            return after
    raise Transient(f"The transcode of {key.media_id} is being written by others.")


def hear(transcodes: Transcodes, key: TranscodeKey, job_id: str, report: JobReport) -> Transcode:
    """Add `report` of the job `job_id` to the record, unless that has another job: an event may
    come before the submission has stored the id. Raises NotFound."""

    def move(transcode: Transcode) -> Transcode:
        if transcode.job_id not in {None, job_id}:
            return transcode
        return replace(transcode.heard(report), job_id=job_id)

    return change(transcodes, key, move)


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Adds what jobs' events say to the records of their runs."""

    transcodes: Transcodes
    jobs: EncoderJobs

    def listen(self, event: JobStateChange) -> Transcode | None:
        """The run's record after `event`; None where no run of ours has such a job.

        Two tries of one submission at once may both have created a job. The one that the record
        doesn't name is waited for by nobody, and so cancelled.
        """
        if event.key is None:
            return None
        try:
            transcode = hear(self.transcodes, event.key, event.job_id, event.report)
        except NotFound:
            return None
        if transcode.job_id != event.job_id and event.report.status not in ENDS:
            self.jobs.cancel(event.job_id)
        return transcode
