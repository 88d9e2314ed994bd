"""Submit a run's job to the encoder: once, however often this is tried, wherever it breaks off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from spool.errors import Cancelled, Throttled
from spool.events import Run
from spool.keys import FRAME, STREAM, execution_name
from spool.services.newest import check_run, check_version
from spool.services.polling import wait_seconds
from spool.services.ports import Catalogue, Clock
from spool.services.run_ports import Encoder, Transcodes
from spool.services.storage_ports import Objects
from spool.services.transcodes import change, hear
from spool.transcode import JobReport, Transcode, TranscodeStatus
from spool.video.job import JobTarget, build_job, template
from spool.video.source import VideoSource


@dataclass(frozen=True, kw_only=True)
class Submitter:
    """`uhd` allows the 2160p rung."""

    catalogue: Catalogue
    originals: Objects
    transcodes: Transcodes
    encoder: Encoder
    originals_bucket: str
    renditions_bucket: str
    uhd: bool
    clock: Clock

    def submit(self, run: Run, source: VideoSource) -> int:
        """Seconds to wait before the first look at the job. Raises Superseded, Cancelled."""
        check_run(self.catalogue, run)
        check_version(self.originals, run)
        self._end_former(run)
        transcode, fresh = self._claim(run)
        if transcode.job_id is None:
            transcode = self._start(run, source, transcode, fresh=fresh)
        return wait_seconds(transcode, source.duration, self.clock())

    def _end_former(self, run: Run) -> None:
        """A former attempt may have failed beside its job, which writes where this one will."""
        former = self.transcodes.get(replace(run.transcode_key, attempt=run.attempt - 1))
        if former is not None and former.job_id is not None and not former.ended:
            self.encoder.cancel(former.job_id)

    def _claim(self, run: Run) -> tuple[Transcode, bool]:
        """The run's record, and whether it was claimed just now: so there is no job of it yet."""
        now = self.clock()
        claim = Transcode(
            key=run.transcode_key,
            tag=run.tag,
            project_id=run.project_id,
            status=TranscodeStatus.CLAIMED,
            claimed_at=now,
            heard_at=now,
        )
        if self.transcodes.insert(claim):
            return claim, True
        transcode = change(self.transcodes, claim.key, lambda found: _reclaimed(found, now))
        return transcode, transcode.claimed_at == now

    def _start(
        self, run: Run, source: VideoSource, transcode: Transcode, *, fresh: bool
    ) -> Transcode:
        """Create the job, or find the one that an earlier try of this claim created: the token
        stands in for the search only for a minute."""
        metadata = _metadata(run)
        job_id = None if fresh else self.encoder.find(metadata, transcode.claimed_at)
        if job_id is None:
            if transcode.cancel_requested:
                raise Cancelled("The transcoding was cancelled.")
            job_id = self._create(run, self._job(run, source), metadata)
        report = JobReport(at=self.clock(), status=TranscodeStatus.SUBMITTED)
        return hear(self.transcodes, run.transcode_key, job_id, report)

    def _create(self, run: Run, job: Mapping[str, Any], metadata: Mapping[str, str]) -> str:
        token = execution_name(run.bucket, run.key, run.version_id, run.attempt)
        try:
            return self.encoder.create(job, token, metadata)
        except Throttled:
            change(self.transcodes, run.transcode_key, _refused)  # so that a retry needs no search
            raise

    def _job(self, run: Run, source: VideoSource) -> Mapping[str, Any]:
        target = JobTarget(
            input=f"s3://{self.originals_bucket}/{run.key}",
            stream=f"s3://{self.renditions_bucket}/{run.ref.rendition(run.tag, STREAM)}",
            captures=f"s3://{self.renditions_bucket}/{run.ref.capture(run.tag, FRAME)}",
            uhd=self.uhd,
        )
        return build_job(template(), source, target)


def _reclaimed(transcode: Transcode, now: datetime) -> Transcode:
    if transcode.status is not TranscodeStatus.REFUSED:
        return transcode
    return replace(transcode, status=TranscodeStatus.CLAIMED, claimed_at=now, heard_at=now)


def _refused(transcode: Transcode) -> Transcode:
    if transcode.status is not TranscodeStatus.CLAIMED:
        return transcode
    return replace(transcode, status=TranscodeStatus.REFUSED)


def _metadata(run: Run) -> dict[str, str]:
    return {
        **run.transcode_key.to_metadata(),
        "projectId": run.project_id,
        "tag": run.tag,
        "correlationId": run.correlation_id,
    }
