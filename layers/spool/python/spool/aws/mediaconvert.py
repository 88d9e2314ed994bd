"""Jobs at AWS Elemental MediaConvert."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from spool.aws import clients
from spool.errors import EncoderFault, NotFound, Transient
from spool.services.ports import Clock
from spool.transcode import ENDS, JobReport, TranscodeStatus

if TYPE_CHECKING:
    from mypy_boto3_mediaconvert import MediaConvertClient
    from mypy_boto3_mediaconvert.type_defs import JobTypeDef

CLOCKS_APART = timedelta(minutes=1)  # `CreatedAt` is MediaConvert's clock, in whole seconds

_OVER = {"NotFoundException", "ConflictException"}


@dataclass(frozen=True, kw_only=True)
class MediaConvertJobs:
    """Implements `run_ports.EncoderJobs`."""

    clock: Clock
    client: Callable[[], MediaConvertClient] = clients.mediaconvert

    def get(self, job_id: str) -> JobReport:
        try:
            return _report(self.client().get_job(Id=job_id)["Job"], self.clock())
        except ClientError as error:
            if error.response["Error"]["Code"] == "NotFoundException":
                raise NotFound(f"There is no job {job_id}.") from error
            raise

    def cancel(self, job_id: str) -> None:
        try:
            self.client().cancel_job(Id=job_id)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _OVER:
                raise


@dataclass(frozen=True, kw_only=True)
class MediaConvertQueue(MediaConvertJobs):
    """Implements `run_ports.Encoder`. `queue` is an ARN, and `role` that of the role under which
    jobs read and write S3."""

    queue: str
    role: str

    def create(self, job: Mapping[str, Any], token: str, metadata: Mapping[str, str]) -> str:
        try:
            answer = self.client().create_job(
                **job,
                Queue=self.queue,
                Role=self.role,
                ClientRequestToken=token,
                UserMetadata=metadata,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "BadRequestException":
                raise EncoderFault(f"MediaConvert refused the job: {error}") from error
            if code == "ConflictException":  # another call with this token is under way
                raise Transient(str(error)) from error
            raise
        return answer["Job"]["Id"]

    def find(self, metadata: Mapping[str, str], since: datetime) -> str | None:
        created = (job["Id"] for job in self._newest(since) if job.get("UserMetadata") == metadata)
        return next(created, None)

    def _newest(self, since: datetime) -> Iterator[JobTypeDef]:
        """The queue's jobs from the newest back to `since`; MediaConvert lists twenty at a time."""
        pages = self.client().get_paginator("list_jobs")
        for page in pages.paginate(Queue=self.queue.rpartition("/")[2], Order="DESCENDING"):
            for job in page["Jobs"]:
                if job["CreatedAt"] < since - CLOCKS_APART:
                    return
                yield job


def _report(job: JobTypeDef, now: datetime) -> JobReport:
    status, timing = TranscodeStatus(job["Status"]), job.get("Timing", {})
    return JobReport(
        at=timing.get("FinishTime", now) if status in ENDS else now,
        status=status,
        percent=job.get("JobPercentComplete"),
        started_at=timing.get("StartTime"),
        error_code=job.get("ErrorCode"),
        error_message=job.get("ErrorMessage"),
    )
