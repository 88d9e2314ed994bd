"""One job: what was asked for, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Members = Mapping[str, Any]  # of a shape of MediaConvert's API, by its names in botocore


class Status(StrEnum):
    SUBMITTED = "SUBMITTED"
    PROGRESSING = "PROGRESSING"
    COMPLETE = "COMPLETE"
    CANCELED = "CANCELED"
    ERROR = "ERROR"


MOVES = {
    Status.SUBMITTED: {Status.PROGRESSING, Status.CANCELED},
    Status.PROGRESSING: {Status.COMPLETE, Status.CANCELED, Status.ERROR},
}


class Phase(StrEnum):
    PROBING = "PROBING"
    TRANSCODING = "TRANSCODING"
    UPLOADING = "UPLOADING"


# Where each phase begins and how much of the job it is, in percent. MediaConvert doesn't say; its
# example has a job at 7 % whose transcoding is at 2 %.
_SHARES = {Phase.PROBING: (0, 5), Phase.TRANSCODING: (5, 90), Phase.UPLOADING: (95, 5)}


@dataclass(frozen=True, kw_only=True)
class Progress:
    phase: Phase = Phase.PROBING
    percent: int = 0  # of the phase

    @property
    def of_job(self) -> int:
        start, share = _SHARES[self.phase]
        return round(start + share * self.percent / 100)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Times are seconds since the epoch."""

    id: str
    arn: str
    queue: str  # its ARN
    role: str
    settings: Members
    created_at: float
    priority: int = 0
    update_interval: str = "SECONDS_60"
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    request_token: str | None = None
    status: Status = Status.SUBMITTED
    progress: Progress = Progress()
    started_at: float | None = None
    finished_at: float | None = None
    error_code: int | None = None
    error_message: str | None = None
    output_groups: Sequence[Members] = ()  # as events list them, with s3:// paths

    @property
    def update_seconds(self) -> int:
        return int(self.update_interval.removeprefix("SECONDS_"))

    @property
    def ended(self) -> bool:
        return self.status not in MOVES

    @property
    def input_files(self) -> list[str]:
        return [entry["FileInput"] for entry in self.settings["Inputs"]]

    def describe(self) -> dict[str, Any]:
        """`Job` of the API. A member is missing until there is something to say."""
        progressing = self.status is Status.PROGRESSING
        members = {
            "Arn": self.arn,
            "Id": self.id,
            "Queue": self.queue,
            "Role": self.role,
            "Settings": self.settings,
            "CreatedAt": self.created_at,
            "Priority": self.priority,
            "StatusUpdateInterval": self.update_interval,
            "AccelerationSettings": {"Mode": "DISABLED"},
            "AccelerationStatus": "NOT_APPLICABLE",
            "BillingTagsSource": "JOB",
            "UserMetadata": self.user_metadata,
            "ClientRequestToken": self.request_token,
            "Status": self.status.value,
            "CurrentPhase": self.progress.phase.value if progressing else None,
            "JobPercentComplete": self._percent if progressing or self.ended else None,
            "RetryCount": 0 if progressing else None,
            "Timing": _known(
                SubmitTime=self.created_at, StartTime=self.started_at, FinishTime=self.finished_at
            ),
            "ErrorCode": self.error_code,
            "ErrorMessage": self.error_message,
            "OutputGroupDetails": [_summary(group) for group in self.output_groups] or None,
        }
        return _known(**members)

    @property
    def _percent(self) -> int:
        return 100 if self.status is Status.COMPLETE else self.progress.of_job


def _known(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _summary(group: Members) -> dict[str, Any]:
    """What the API tells of an output group: less than the event does."""
    return {"OutputDetails": [_output(detail) for detail in group["outputDetails"]]}


def _output(detail: Members) -> dict[str, Any]:
    video = detail.get("videoDetails")
    return _known(
        DurationInMs=detail.get("durationInMs"),
        VideoDetails=video and {"WidthInPx": video["widthInPx"], "HeightInPx": video["heightInPx"]},
    )
