"""What travels between functions: events of S3 and MediaConvert, a run, the news of an asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self, TypedDict

from spool.keys import AssetRef
from spool.model import camel
from spool.transcode import JobReport, TranscodeKey, TranscodeStatus

SEQUENCER_DIGITS = 64


@dataclass(frozen=True, kw_only=True)
class ObjectCreated:
    """An S3 `Object Created` event as EventBridge delivers it, or an operator's retry of one.

    `sequencer` orders the events of one key: shorter ones are right-padded with zeros, as S3
    documents it, so that plain text comparison is the order. `attempt` is None but in a retry.
    `event_id` is EventBridge's: the correlation id of what nobody presigned.
    """

    bucket: str
    key: str
    version_id: str
    sequencer: str
    size: int
    event_id: str = ""
    attempt: int | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `event` is no such event."""
        detail = event["detail"]
        obj = detail["object"]
        attempt = detail.get("attempt")
        return cls(
            bucket=detail["bucket"]["name"],
            key=obj["key"],
            version_id=obj["version-id"],
            sequencer=_padded(obj["sequencer"]),
            size=int(obj.get("size", 0)),
            event_id=event.get("id", ""),
            attempt=None if attempt is None else int(attempt),
        )


@dataclass(frozen=True, kw_only=True)
class ObjectDeleted:
    """An S3 `Object Deleted` event: one version is gone for good, or with `hidden` a delete marker
    was put before all that there are, which is what a deletion without a version does. `version_id`
    is then the marker's. `sequencer` as of ObjectCreated.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """

    key: str
    version_id: str
    sequencer: str
    hidden: bool
    event_id: str = ""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `event` is no such event."""
        detail = event["detail"]
        obj = detail["object"]
        return cls(
            key=obj["key"],
            version_id=obj["version-id"],
            sequencer=_padded(obj["sequencer"]),
            hidden=detail["deletion-type"] == "Delete Marker Created",
            event_id=event.get("id", ""),
        )


def _padded(sequencer: str) -> str:
    return sequencer.upper().ljust(SEQUENCER_DIGITS, "0")


@dataclass(frozen=True, kw_only=True)
class Run:
    """The input of one execution of `asset_pipeline`: ids only (state is limited to 256 KB)."""

    bucket: str
    key: str
    version_id: str
    sequencer: str
    size: int
    org_id: str
    project_id: str
    media_id: str
    tag: str
    attempt: int
    correlation_id: str

    @property
    def ref(self) -> AssetRef:
        return AssetRef(self.org_id, self.project_id, self.media_id)

    @property
    def transcode_key(self) -> TranscodeKey:
        return TranscodeKey(
            org_id=self.org_id,
            media_id=self.media_id,
            version_id=self.version_id,
            attempt=self.attempt,
        )

    def to_dict(self) -> dict[str, Any]:
        return {camel(name): value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Names it doesn't know are left out: a state may add its own beside the run's."""
        return cls(**{name: data[camel(name)] for name in cls.__dataclass_fields__})


JOB_STATUSES = {
    "PROGRESSING": TranscodeStatus.PROGRESSING,
    "STATUS_UPDATE": TranscodeStatus.PROGRESSING,
    "COMPLETE": TranscodeStatus.COMPLETE,
    "ERROR": TranscodeStatus.ERROR,
    "CANCELED": TranscodeStatus.CANCELED,
}
"""What the events of MediaConvert that change a status say of it; others are signs of life.
https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html"""


@dataclass(frozen=True, kw_only=True)
class JobStateChange:
    """A `MediaConvert Job State Change` as EventBridge delivers it; `key` is None when the job is
    not one of ours."""

    job_id: str
    key: TranscodeKey | None
    report: JobReport
    correlation_id: str | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `event` is no such event."""
        detail = event["detail"]
        at = datetime.fromtimestamp(detail["timestamp"] / 1000, UTC)
        status = JOB_STATUSES.get(detail["status"])
        progress = detail.get("jobProgress") or {}
        metadata = detail.get("userMetadata") or {}
        return cls(
            job_id=detail["jobId"],
            key=TranscodeKey.from_metadata(metadata),
            correlation_id=metadata.get("correlationId"),
            report=JobReport(
                at=at,
                status=status,
                percent=progress.get("jobPercentComplete"),
                started_at=at if status is TranscodeStatus.PROGRESSING else None,
                error_code=detail.get("errorCode"),
                error_message=detail.get("errorMessage"),
            ),
        )


class Inspection(TypedDict):
    """What `inspect_original` found: `contentType` is by the bytes."""

    family: str
    contentType: str
    bytes: int
    warnings: list[str]


class RenditionSummary(TypedDict):
    """One file that a branch stored under the run's tag."""

    name: str
    contentType: str
    bytes: int
    width: int
    height: int


NEWS_SOURCE = "spool"
STATUS_CHANGED = "Asset Status Changed"
ACCESS_CHANGED = "Asset Access Changed"
"""`private` or `tag` changed while the status stayed."""
PROGRESSED = "Asset Progressed"
"""A video's transcoding got further: of no news by itself, and told once."""
WEBHOOK_PAUSED = "Webhook Paused"
"""An endpoint kept failing, or said that it is gone."""


class Announcement(NamedTuple):
    """News of an asset, or of a webhook: its detail type, and the detail that becomes JSON."""

    detail_type: str
    detail: Mapping[str, Any]
