"""A job: one run of the pipeline, as clients see it and as it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

from spool.formats import Family
from spool.model import Asset, AssetError, Status, camel


class JobStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    ANALYZING = "analyzing"
    READY = "ready"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"
    """A newer run, or the asset's deletion, overtook it."""

    @property
    def is_active(self) -> bool:
        return self in _ACTIVE


_ACTIVE = frozenset({JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.ANALYZING})
_RUNLESS = frozenset({Status.UPLOADING, Status.DELETED})

_JOB_ID = re.compile(r"([A-Za-z0-9_]{1,64})\.([1-9][0-9]{0,8})\.([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class JobId:
    """One run as clients name it: `{mediaId}.{versionNumber}.{attempt}`."""

    media_id: str
    version_number: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.media_id}.{self.version_number}.{self.attempt}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what is no job's id."""
        match = _JOB_ID.fullmatch(text)
        return None if match is None else cls(match[1], int(match[2]), int(match[3]))

    @classmethod
    def newest(cls, asset: Asset) -> Self:
        return cls(asset.id, asset.version_number, asset.attempt)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Times are timestamps. `rev` is that of the asset when it was so: of two records of a job the
    higher one is the later."""

    org_id: str
    project_id: str
    media_id: str
    version_id: str
    version_number: int
    attempt: int
    status: JobStatus
    rev: int
    type: Family | None
    queued_at: str | None
    started_at: str | None = None
    ended_at: str | None = None
    error: AssetError | None = None

    @property
    def id(self) -> JobId:
        return JobId(self.media_id, self.version_number, self.attempt)

    @classmethod
    def newest(cls, asset: Asset) -> Self | None:
        """The asset's newest run; None for one that has had none, or is deleted."""
        if asset.version_id is None or asset.status in _RUNLESS:
            return None
        status = JobStatus(asset.status.value)
        return cls(
            org_id=asset.org_id,
            project_id=asset.project_id,
            media_id=asset.id,
            version_id=asset.version_id,
            version_number=asset.version_number,
            attempt=asset.attempt,
            status=status,
            rev=asset.rev,
            type=asset.type,
            queued_at=asset.queued_at,
            started_at=asset.started_at,
            ended_at=_ended_at(asset, status),
            error=asset.error,
        )

    def overtaken(self, rev: int, at: str) -> Self:
        return replace(self, status=JobStatus.SUPERSEDED, rev=rev, ended_at=at)

    def to_dict(self) -> dict[str, Any]:
        """JSON names and plain values."""
        values = {camel(f.name): getattr(self, f.name) for f in fields(self)}
        return {**values, "error": None if self.error is None else self.error.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse. Raises KeyError, TypeError or ValueError."""
        values = {f.name: data[camel(f.name)] for f in fields(cls)}
        values["status"] = JobStatus(values["status"])
        if values["type"] is not None:
            values["type"] = Family(values["type"])
        if values["error"] is not None:
            values["error"] = AssetError.from_dict(values["error"])
        return cls(**values)


def _ended_at(asset: Asset, status: JobStatus) -> str | None:
    if status.is_active:
        return None
    return asset.processed_at if asset.error is None else asset.error.at


@dataclass(frozen=True, kw_only=True)
class JobChange:
    """What became of an asset's runs by one change of it: `job` is `before` → as it is now, or new
    where that is None, and `overtaken` the one that ended by it. `rev` is the asset's."""

    org_id: str
    media_id: str
    rev: int
    job: Job | None
    before: JobStatus | None
    overtaken: Job | None
    overtaken_before: JobStatus | None

    @classmethod
    def of(cls, before: Asset | None, after: Asset, at: str) -> Self | None:
        """None where nothing did."""
        old = None if before is None else Job.newest(before)
        new = Job.newest(after)
        if old is not None and new is not None and old.id == new.id:
            if old.status is new.status:
                return None
            return cls._of(after, job=new, before=old.status)
        was_active = old is not None and old.status.is_active
        overtaken = old.overtaken(after.rev, at) if old is not None and was_active else None
        if new is None and overtaken is None:
            return None
        return cls._of(
            after,
            job=new,
            overtaken=overtaken,
            overtaken_before=None if old is None or not was_active else old.status,
        )

    @classmethod
    def _of(
        cls,
        after: Asset,
        *,
        job: Job | None,
        before: JobStatus | None = None,
        overtaken: Job | None = None,
        overtaken_before: JobStatus | None = None,
    ) -> Self:
        return cls(
            org_id=after.org_id,
            media_id=after.id,
            rev=after.rev,
            job=job,
            before=before,
            overtaken=overtaken,
            overtaken_before=overtaken_before,
        )

    def to_dict(self) -> dict[str, Any]:
        values = {camel(f.name): getattr(self, f.name) for f in fields(self)}
        for name in ("job", "overtaken"):
            values[name] = None if values[name] is None else values[name].to_dict()
        return values

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError."""
        values = {f.name: data[camel(f.name)] for f in fields(cls)}
        for name in ("job", "overtaken"):
            values[name] = None if values[name] is None else Job.from_dict(values[name])
        for name in ("before", "overtaken_before"):
            values[name] = None if values[name] is None else JobStatus(values[name])
        return cls(**values)
