"""One run's job at the encoder: what is known of it, and how what is heard of it adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar

from spool.model import camel, timestamp


class TranscodeStatus(StrEnum):
    """MediaConvert's words for a job, and two for what comes before there is one: CLAIMED, when it
    may have been created and we don't know its id, and REFUSED, when it was not."""

    REFUSED = "REFUSED"
    CLAIMED = "CLAIMED"
    SUBMITTED = "SUBMITTED"
    PROGRESSING = "PROGRESSING"
    COMPLETE = "COMPLETE"
    ERROR = "ERROR"
    CANCELED = "CANCELED"


Known = TypeVar("Known", int, datetime)

ENDS = frozenset({TranscodeStatus.COMPLETE, TranscodeStatus.ERROR, TranscodeStatus.CANCELED})
_ORDER = list(TranscodeStatus)


@dataclass(frozen=True, kw_only=True)
class TranscodeKey:
    """Which run: the asset, its version and the attempt."""

    org_id: str
    media_id: str
    version_id: str
    attempt: int

    def to_metadata(self) -> dict[str, str]:
        """The job's `UserMetadata`, by which its events and a search find their way back."""
        return {camel(f.name): str(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Self | None:
        """The inverse; None for the metadata of a job that is not ours."""
        try:
            values: dict[str, Any] = {f.name: metadata[camel(f.name)] for f in fields(cls)}
            return cls(**{**values, "attempt": int(values["attempt"])})
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True, kw_only=True)
class JobReport:
    """What MediaConvert said of a job at one moment, in an event or when asked. `status` is None
    where it said nothing of that; `percent` is of the whole job."""

    at: datetime
    status: TranscodeStatus | None = None
    percent: int | None = None
    started_at: datetime | None = None
    error_code: int | None = None
    error_message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Transcode:
    """`claimed_at`, `heard_at` and `asked_at` are when we took the run on, when its job last gave a
    sign of life, and when MediaConvert was last asked for one in vain; `started_at` is when the job
    left its queue. `project_id` is None in records of before it was kept."""

    key: TranscodeKey
    tag: str
    status: TranscodeStatus
    claimed_at: datetime
    heard_at: datetime
    project_id: str | None = None
    rev: int = 1
    job_id: str | None = None
    percent: int | None = None
    asked_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error_code: int | None = None
    error_message: str | None = None
    cancel_requested: bool = False

    @property
    def ended(self) -> bool:
        return self.status in ENDS

    def heard(self, report: JobReport) -> Transcode:
        """This, with what `report` adds to it.

        Reports come twice and in any order; the outcome is always the same. The furthest status
        counts, of two ends the earlier; percents only rise, and the start is the earliest named.
        """
        percent = 100 if report.status is TranscodeStatus.COMPLETE else report.percent
        heard = replace(
            self,
            heard_at=max(self.heard_at, report.at),
            percent=max(_known(self.percent, percent), default=None),
            started_at=min(_known(self.started_at, report.started_at), default=None),
        )
        if report.status in ENDS:
            return _ended(heard, report)
        if report.status is None or self.ended:
            return heard
        return replace(heard, status=max(self.status, report.status, key=_ORDER.index))

    def to_record(self) -> dict[str, Any]:
        """JSON names and plain values, without the key."""
        names = (f.name for f in fields(self) if f.name != "key")
        return {camel(name): _plain(getattr(self, name)) for name in names}

    @classmethod
    def from_record(cls, key: TranscodeKey, record: Mapping[str, Any]) -> Self:
        """The inverse; names it doesn't know are left out."""
        names = [f.name for f in fields(cls) if camel(f.name) in record]
        values = {name: record[camel(name)] for name in names}
        moments = {name for name in names if name.endswith("_at") and values[name] is not None}
        values |= {name: datetime.fromisoformat(values[name]) for name in moments}
        return cls(**{**values, "key": key, "status": TranscodeStatus(values["status"])})


def _known(*values: Known | None) -> list[Known]:
    return [value for value in values if value is not None]


def _ended(transcode: Transcode, report: JobReport) -> Transcode:
    end = replace(
        transcode,
        status=report.status or transcode.status,
        ended_at=report.at,
        error_code=report.error_code,
        error_message=report.error_message,
    )
    return min(transcode, end, key=_end) if transcode.ended else end


def _end(transcode: Transcode) -> tuple[str, str, int, str]:
    """Orders ends: by time, and where one moment saw two, by what they say."""
    return (
        timestamp(transcode.ended_at) if transcode.ended_at else "",
        transcode.status,
        transcode.error_code or 0,
        transcode.error_message or "",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timestamp(value)
    return value.value if isinstance(value, TranscodeStatus) else value
