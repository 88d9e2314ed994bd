"""Writing the records of transcoding jobs, which runs, events and users do at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from spool.errors import NotFound, Transient
from spool.services.ports import Transcodes
from spool.transcode import JobReport, Transcode, TranscodeKey

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
