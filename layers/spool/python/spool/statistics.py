"""Statistics of jobs: what one change of a job counts for, and what counters say.

All are sums, so changes may be counted in any order; each has to be counted once. Durations are
kept as histograms whose buckets grow by a tenth, so percentiles are right to 5 %.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from spool.jobs import Job, JobChange, JobStatus

GROWTH = 1.1
PERCENTILES = (50, 90, 99)

_GAUGES = {
    JobStatus.QUEUED: "queued",
    JobStatus.PROCESSING: "running",
    JobStatus.ANALYZING: "running",
}
_OUTCOMES = ("ready", "failed", "quarantined", "superseded")
_WAITED, _TOOK, _CODE = "waited", "took", "code"

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Tally:
    """Added to counters: `now` to those of the jobs that are under way, and `days` to those of a
    date (UTC, `2026-01-15`)."""

    now: Counts
    days: Mapping[str, Counts]

    @classmethod
    def of(cls, change: JobChange) -> Tally:
        """A run begins in the queue: one that is further and yet new was rebuilt, and counted in
        its time."""
        now: Counter[str] = Counter()
        days: dict[str, Counter[str]] = {}
        for before, job in (
            (change.overtaken_before, change.overtaken),
            (change.before, change.job),
        ):
            if job is None or (before is None and job.status is not JobStatus.QUEUED):
                continue
            now.update({_GAUGES[job.status]: 1} if job.status.is_active else {})
            now.subtract({_GAUGES[before]: 1} if before in _GAUGES else {})
            for at, name in _happened(job, before):
                counts = days.setdefault(at[:10], Counter())
                counts[name] += 1
        return cls({n: value for n, value in now.items() if value}, days)


def _happened(job: Job, before: JobStatus | None) -> Iterator[tuple[str, str]]:
    """When, and the name of the counter."""
    if before is None and job.queued_at is not None:
        yield job.queued_at, "queued"
        yield job.queued_at, _hourly(job.queued_at, "queued")
    if before is JobStatus.QUEUED and job.started_at is not None:
        yield job.started_at, _lasted(_WAITED, job.queued_at, job.started_at)
    if job.ended_at is not None:
        yield job.ended_at, job.status.value
        yield job.ended_at, _hourly(job.ended_at, job.status.value)
        if job.error is not None and job.status is JobStatus.FAILED:
            yield job.ended_at, f"{_CODE}.{job.error.code}"
        if job.status is JobStatus.READY:
            kind = f"{_TOOK}.{job.type or 'unknown'}"
            yield job.ended_at, _lasted(kind, job.started_at, job.ended_at)


def _hourly(at: str, name: str) -> str:
    return f"{at[11:13]}h.{name}"


def _lasted(name: str, since: str | None, until: str) -> str:
    began = datetime.fromisoformat(since or until)
    return f"{name}.{bucket(datetime.fromisoformat(until) - began)}"


def bucket(duration: timedelta) -> int:
    """Of durations up to GROWTH ** bucket milliseconds, and above the bucket before."""
    millis = duration / timedelta(milliseconds=1)
    return max(0, math.ceil(math.log(max(millis, 1), GROWTH) - 1e-9))


def summary(now: Counts, days: Mapping[str, Counts], moment: datetime) -> dict[str, Any]:
    """What the counters of `now` and of these days say at `moment`: `queue` are jobs under way,
    `rates` jobs per minute within the last hour, durations are in seconds."""
    total: Counter[str] = Counter()
    for counts in days.values():
        total.update(counts)
    ended = total["ready"] + total["failed"]
    return {
        "queue": {"queued": now.get("queued", 0), "running": now.get("running", 0)},
        "jobs": {name: total[name] for name in ("queued", *_OUTCOMES)},
        "successRate": round(total["ready"] / ended, 4) if ended else None,
        "failures": dict(sorted(_named(total, _CODE))),
        "rates": {name: _per_minute(days, name, moment) for name in ("queued", "ready", "failed")},
        "waited": _durations(_histogram(total, _WAITED)),
        "took": {
            kind: _durations(_histogram(total, f"{_TOOK}.{kind}"))
            for kind in sorted({name.partition(".")[0] for name, _ in _named(total, _TOOK)})
        },
        "hours": list(_hours(days)),
    }


def _named(total: Counts, prefix: str) -> Iterator[tuple[str, int]]:
    start = f"{prefix}."
    return ((name[len(start) :], n) for name, n in total.items() if name.startswith(start))


def _histogram(total: Counts, prefix: str) -> Mapping[int, int]:
    return {int(name): count for name, count in _named(total, prefix)}


def _durations(histogram: Mapping[int, int]) -> dict[str, Any]:
    count = sum(histogram.values())
    return {
        "count": count,
        **{f"p{share}": _percentile(histogram, count, share) for share in PERCENTILES},
    }


def _percentile(histogram: Mapping[int, int], count: int, share: int) -> float | None:
    """By nearest rank: the middle of the bucket that has it."""
    rank = math.ceil(count * share / 100)
    for number, size in sorted(histogram.items()):
        rank -= size
        if rank <= 0:
            return round(math.pow(GROWTH, number - 0.5) / 1000, 3)
    return None


def _per_minute(days: Mapping[str, Counts], name: str, moment: datetime) -> float:
    """Of the last hour: this one's, and as much of the one before as is left of it."""
    passed = (moment.minute * 60 + moment.second) / 3600
    this, before = (
        days.get(at[:10], {}).get(_hourly(at, name), 0)
        for at in (moment.isoformat(), (moment - timedelta(hours=1)).isoformat())
    )
    return round((this + before * (1 - passed)) / 60, 3)


def _hours(days: Mapping[str, Counts]) -> Iterable[dict[str, Any]]:
    """Those in which something happened, in order."""
    for date, counts in sorted(days.items()):
        for hour in range(24):
            at = f"{date}T{hour:02}:00:00.000Z"
            values = {name: counts.get(_hourly(at, name), 0) for name in ("queued", *_OUTCOMES)}
            if any(values.values()):
                yield {"at": at, **values}
