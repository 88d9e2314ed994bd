"""Tell the world what the catalogue's stream says: each change of status, run, privacy or tag, and
how far transcoding is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spool.events import ACCESS_CHANGED, PROGRESSED, STATUS_CHANGED, Announcement
from spool.jobs import JobChange
from spool.model import Asset
from spool.services.ports import News
from spool.transcode import Transcode

_TOO_LONG_TO_TELL = {"exif", "palette", "scan"}


@dataclass(frozen=True)
class StreamRecord:
    """One change of an item; `before` is None for a new one."""

    sequence_number: str
    at: str
    before: Asset | None
    after: Asset


@dataclass(frozen=True)
class TranscodeChange:
    """One change of a transcoding's record, as of StreamRecord."""

    sequence_number: str
    at: str
    before: Transcode | None
    after: Transcode


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    news: News

    def tell(self, records: Sequence[StreamRecord | TranscodeChange]) -> str | None:
        """Publish what is news among `records`.

        Returns the sequence number from which on the stream must be read again, if any: delivery
        is at least once, and `rev` tells consumers what they know already.
        """
        told = [(record, news) for record in records if (news := _announcement(record))]
        refused = self.news.publish([news for _, news in told])
        return told[min(refused)][0].sequence_number if refused else None


def _announcement(record: StreamRecord | TranscodeChange) -> Announcement | None:
    """None for what is no news."""
    if isinstance(record, TranscodeChange):
        return _progress(record)
    kind = _detail_type(record)
    return None if kind is None else Announcement(kind, _detail(record))


def _progress(change: TranscodeChange) -> Announcement | None:
    """Of one that is not over: its end is a change of the asset."""
    before, after = change.before, change.after
    known = None if before is None else before.percent
    if after.ended or after.percent in {None, known} or after.project_id is None:
        return None
    detail = {
        "id": after.key.media_id,
        "orgId": after.key.org_id,
        "projectId": after.project_id,
        "versionId": after.key.version_id,
        "attempt": after.key.attempt,
        "percent": after.percent,
        "at": change.at,
    }
    return Announcement(PROGRESSED, detail)


def _detail_type(record: StreamRecord) -> str | None:
    """None for what is no news."""
    before, after = record.before, record.after
    if before is None or before.status is not after.status or _run(before) != _run(after):
        return STATUS_CHANGED
    if (before.private, before.tag) != (after.private, after.tag):
        return ACCESS_CHANGED
    return None


def _detail(record: StreamRecord) -> dict[str, Any]:
    """The public record but for what is long, with what changed and when."""
    summary = record.after.public_record()
    return {
        **{name: value for name, value in summary.items() if name not in _TOO_LONG_TO_TELL},
        "previousStatus": None if record.before is None else record.before.status.value,
        **_former_access(record.before, record.after),
        **_job_change(record),
        "at": record.at,
    }


def _run(asset: Asset) -> tuple[str | None, int]:
    return asset.version_id, asset.attempt


def _job_change(record: StreamRecord) -> dict[str, Any]:
    """`jobChange` where a run began, moved on or ended."""
    change = JobChange.of(record.before, record.after, record.at)
    return {} if change is None else {"jobChange": change.to_dict()}


def _former_access(before: Asset | None, after: Asset) -> dict[str, Any]:
    """`previousTag` where another tag takes the place of one, `previousPrivate` where that
    changed."""
    former: dict[str, Any] = {}
    if before is not None and before.tag not in {None, after.tag}:
        former["previousTag"] = before.tag
    if before is not None and before.private is not after.private:
        former["previousPrivate"] = before.private
    return former
