"""Look at a run's job: is it done, when to look again, or why does it end here?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

from spool.errors import Cancelled, EncoderFault, NotFound, Superseded, TranscodeTimeout, Transient
from spool.events import Run
from spool.services.job_errors import error_of
from spool.services.newest import check_run, check_version
from spool.services.polling import ask_at, overdue, wait_seconds
from spool.services.ports import Catalogue, Clock
from spool.services.run_ports import EncoderJobs, Transcodes
from spool.services.storage_ports import Objects
from spool.services.transcodes import change, hear
from spool.transcode import Transcode, TranscodeStatus


class Look(TypedDict):
    """`waitSeconds` until the next look, unless the job is `done`."""

    done: bool
    waitSeconds: int


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """Reads what the job's events said; asks the encoder when they are overdue. Whatever ends the
    run cancels the job first, so that a retry of this does it again."""

    catalogue: Catalogue
    originals: Objects
    transcodes: Transcodes
    jobs: EncoderJobs
    clock: Clock

    def look(self, run: Run, duration: float) -> Look:
        """`duration` of the source in seconds. Raises Superseded, Cancelled, TranscodeFailed,
        TranscodeTimeout, and EncoderFault when the job ended or went missing without a reason in
        the upload."""
        transcode, job_id = self._transcode(run)
        self._check_run(run, transcode, job_id)
        if self._is_silent(transcode):
            transcode = self._ask(transcode, job_id)
        if transcode.cancel_requested:
            self._cancel(transcode, job_id)
            raise Cancelled("The transcoding was cancelled.")
        if transcode.status in {TranscodeStatus.COMPLETE, TranscodeStatus.ERROR}:
            check_version(self.originals, run)  # else what it made, or stumbled at, is another's
        if transcode.status is TranscodeStatus.COMPLETE:
            return Look(done=True, waitSeconds=0)
        self._check_job(transcode, job_id, duration)
        wait = wait_seconds(transcode, duration, self.clock())
        return Look(done=False, waitSeconds=wait)

    def _transcode(self, run: Run) -> tuple[Transcode, str]:
        transcode = self.transcodes.get(run.transcode_key)
        if transcode is None or transcode.job_id is None:
            raise EncoderFault("The record of the job is gone.")
        return transcode, transcode.job_id

    def _check_run(self, run: Run, transcode: Transcode, job_id: str) -> None:
        try:
            check_run(self.catalogue, run)
        except Superseded:
            self._cancel(transcode, job_id)
            raise

    def _check_job(self, transcode: Transcode, job_id: str, duration: float) -> None:
        """A job that was cancelled for being overdue is overdue still when that is heard."""
        if transcode.status is TranscodeStatus.ERROR:
            raise error_of(transcode)
        if overdue(transcode, duration, self.clock()):
            self._cancel(transcode, job_id)
            raise TranscodeTimeout("The transcoding took too long.")
        if transcode.status is TranscodeStatus.CANCELED:
            raise EncoderFault("The job was cancelled, and not by us.")

    def _is_silent(self, transcode: Transcode) -> bool:
        settled = transcode.ended or transcode.cancel_requested
        return not settled and self.clock() >= ask_at(transcode)

    def _ask(self, transcode: Transcode, job_id: str) -> Transcode:
        """The encoder's own word. Not to get it is no harm: the question is put off."""
        try:
            report = self.jobs.get(job_id)
        except NotFound as error:
            raise EncoderFault("The job has vanished.") from error
        except Transient:
            now = self.clock()
            return change(self.transcodes, transcode.key, lambda t: replace(t, asked_at=now))
        return hear(self.transcodes, transcode.key, job_id, report)

    def _cancel(self, transcode: Transcode, job_id: str) -> None:
        if not transcode.ended:
            self.jobs.cancel(job_id)
